// TypeScript: types are stripped, positions stay.
interface City {
  readonly name: string
  readonly celsius: number
}

function warmer(a: City, b: City): City {
  return a.celsius >= b.celsius ? a : b
}

const list: City[] = ['London', 'Tokyo'].map(
  (name): City => ({ name, celsius: get_weather(name).celsius }),
)
final_answer(list.reduce(warmer).name satisfies string)
