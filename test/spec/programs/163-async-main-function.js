async function main() {
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
  const totals = await Promise.all(orders.map(async o => +(o.price * o.quantity).toFixed(2)));
  const sum = totals.reduce((a, b) => a + b, 0);
  return { count: orders.length, sum: Math.round(sum * 100) / 100 };
}
main();
