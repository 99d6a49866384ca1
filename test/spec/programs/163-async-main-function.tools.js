async function main() {
  const orders = await lookup('orders');
  const totals = await Promise.all(orders.map(async o => +(o.price * o.quantity).toFixed(2)));
  const sum = totals.reduce((a, b) => add(a, b), 0);
  return { count: orders.length, sum: Math.round(sum * 100) / 100 };
}
main();
