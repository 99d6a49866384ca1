// Build a short sales report for the manager
const orders = [
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
];
const users = [
  { id: 1, name: 'Ada', age: 36, city: 'London', active: true },
  { id: 2, name: 'Grace', age: 45, city: 'New York', active: false },
  { id: 3, name: 'Linus', age: 28, city: 'Helsinki', active: true },
  { id: 4, name: 'Margaret', age: 52, city: 'London', active: true },
  { id: 5, name: 'Dennis', age: 28, city: 'New York', active: false },
];
const shipped = orders.filter(o => o.status === 'shipped');
const byCustomer = {};
for (const order of shipped) {
  const user = users.find(u => u.id === order.userId);
  byCustomer[user.name] = (byCustomer[user.name] ?? 0) + order.price * order.quantity;
}
const lines = Object.entries(byCustomer).map(([name, total]) => `- ${name}: $${total.toFixed(2)}`);
console.log(lines.join('\n'));
final_answer(`Shipped orders: ${shipped.length}\n${lines.join('\n')}`);
