// Every tool here is asynchronous, and there is no await.
const user = fetch_user_data('user_123')
const weather = get_weather('Paris')
console.log(`${user.name} is on the ${user.plan} plan`)
if (weather.celsius > 15) {
  const [name] = user.name.split(' ')
  final_answer(`${name}, it is ${weather.celsius} °C in ${weather.city}`)
}
final_answer('Stay in')
