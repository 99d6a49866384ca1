var left = [
  { id: 1, name: 'Ada', age: 36, city: 'London', active: true },
  { id: 2, name: 'Grace', age: 45, city: 'New York', active: false },
  { id: 3, name: 'Linus', age: 28, city: 'Helsinki', active: true },
  { id: 4, name: 'Margaret', age: 52, city: 'London', active: true },
  { id: 5, name: 'Dennis', age: 28, city: 'New York', active: false },
]
var right = [
  {
    id: 101,
    userId: 1,
    product: 'keyboard',
    quantity: 2,
    price: 49.99,
    date: '2024-01-15',
    status: 'shipped',
  },
  {
    id: 102,
    userId: 2,
    product: 'monitor',
    quantity: 1,
    price: 199.5,
    date: '2024-01-28',
    status: 'pending',
  },
  {
    id: 103,
    userId: 1,
    product: 'mouse',
    quantity: 3,
    price: 19.95,
    date: '2024-02-03',
    status: 'shipped',
  },
  {
    id: 104,
    userId: 3,
    product: 'keyboard',
    quantity: 1,
    price: 49.99,
    date: '2024-02-29',
    status: 'cancelled',
  },
  {
    id: 105,
    userId: 4,
    product: 'desk',
    quantity: 1,
    price: 349,
    date: '2024-03-10',
    status: 'shipped',
  },
  {
    id: 106,
    userId: 2,
    product: 'mouse',
    quantity: 2,
    price: 19.95,
    date: '2024-03-11',
    status: 'pending',
  },
]
var rows = []
for (var i = 0; i < left.length; i++) {
  var matches = right.filter(function (o) { return o.userId === left[i].id })
  if (matches.length === 0) {
    rows.push([left[i].name, null])
  } else {
    for (var j = 0; j < matches.length; j++) rows.push([left[i].name, matches[j].product])
  }
}
rows
