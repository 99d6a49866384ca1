const users = lookup('users');
const orders = lookup('orders');
const usersById = new Map(users.map(u => [u.id, u]));
const joined = orders
  .filter(o => usersById.has(echo(o.userId)))
  .map(o => ({
    orderId: o.id,
    customer: usersById.get(o.userId).name,
    city: usersById.get(o.userId).city,
    total: echo(+(o.quantity * o.price).toFixed(2)),
  }));
joined;
