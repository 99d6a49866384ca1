// Weather, exchange rates and statistics over three cities.
const cities = ['London', 'Paris', 'Tokyo']
const weather = get_weather.map(cities)
const rates = await Promise.all(
  cities.map(async city => {
    const currency = await currency_of(city)
    return { currency, rate: await get_exchange_rate(currency) }
  }),
)
const { mean, max } = calculate_statistics(weather.map(w => w.celsius))
const warmest = weather.find(w => w.celsius === max)
const money = rates[cities.indexOf(warmest.city)]
final_answer({
  mean,
  go_to: warmest.city,
  fahrenheit: celsius_to_fahrenheit(warmest.celsius),
  hundred_dollars: `${(100 * money.rate).toFixed(0)} ${money.currency}`,
})
