const rows = lookup('orders').map(({ product, price, quantity, date }) => [
  product.padEnd(10),
  (price * quantity).toLocaleString('en-US', { style: 'currency', currency: 'USD' }).padStart(10),
  new Date(date).toLocaleDateString('en-US', { month: 'short', day: '2-digit' }),
].join(' '));
rows.join('\n') + `\n${echo(rows.length)} rows`;
