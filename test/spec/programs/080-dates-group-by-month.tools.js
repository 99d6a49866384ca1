const orders = lookup('orders');
const byMonth = orders.reduce((acc, { date, price, quantity }) => {
  const key = new Date(echo(date)).toLocaleString('en-US', { month: 'short', year: '2-digit' });
  acc[key] = Math.round(((acc[key] || 0) + price * quantity) * 100) / 100;
  return acc;
}, {});
byMonth;
