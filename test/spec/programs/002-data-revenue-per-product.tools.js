const orders = lookup('orders');
const revenue = orders
  .filter(o => echo(o.status) !== 'cancelled')
  .reduce((totals, { product, quantity, price }) => {
    totals[product] = add(totals[product] ?? 0, quantity * price);
    return totals;
  }, {});
Object.entries(revenue)
  .map(([product, total]) => ({ product, total: Number(total.toFixed(2)) }))
  .sort((a, b) => b.total - a.total);
