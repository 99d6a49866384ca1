const orders = lookup('orders');
let balance = 0;
const ledger = orders.map(order => {
  const amount = order.status === 'cancelled' ? 0 : order.quantity * order.price;
  balance = add(balance, amount);
  return { id: order.id, balance: Math.round(balance * 100) / 100 };
});
console.log(ledger);
ledger.at(-1).balance === ledger[ledger.length - 1].balance && ledger;
