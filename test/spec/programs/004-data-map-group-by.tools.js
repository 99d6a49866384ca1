const users = lookup('users')
const decades = Map.groupBy(users, user => Math.floor(echo(user.age) / 10) * 10)
const summary = new Map([...decades].sort(([a], [b]) => a - b).map(([decade, list]) => [`${decade}s`, list.map(u => u.name)]))
summary
