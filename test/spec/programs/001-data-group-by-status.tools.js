// Group orders by status and count them
const orders = lookup('orders');
const counts = {};
for (const order of orders) {
  const status = echo(order.status);
  counts[status] = (counts[status] || 0) + 1;
}
counts;
