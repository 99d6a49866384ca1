// Build a short sales report for the manager
const orders = lookup('orders');
const users = lookup('users');
const shipped = orders.filter(o => o.status === 'shipped');
const byCustomer = {};
for (const order of shipped) {
  const user = users.find(u => u.id === order.userId);
  byCustomer[user.name] = add(byCustomer[user.name] ?? 0, order.price * order.quantity);
}
const lines = Object.entries(byCustomer).map(([name, total]) => `- ${name}: $${total.toFixed(2)}`);
console.log(lines.join('\n'));
final_answer(`Shipped orders: ${shipped.length}\n${lines.join('\n')}`);
