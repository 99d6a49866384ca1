const users = [
  { id: 1, name: 'Ada', age: 36, city: 'London', active: true },
  { id: 2, name: 'Grace', age: 45, city: 'New York', active: false },
  { id: 3, name: 'Linus', age: 28, city: 'Helsinki', active: true },
  { id: 4, name: 'Margaret', age: 52, city: 'London', active: true },
  { id: 5, name: 'Dennis', age: 28, city: 'New York', active: false },
]
const decades = Map.groupBy(users, user => Math.floor(user.age / 10) * 10)
const summary = new Map([...decades].sort(([a], [b]) => a - b).map(([decade, list]) => [`${decade}s`, list.map(u => u.name)]))
summary
