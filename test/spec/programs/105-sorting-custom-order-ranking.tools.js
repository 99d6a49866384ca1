const rank = { shipped: 0, pending: 1, cancelled: 2 };
const statuses = lookup('orders').toSorted((a, b) => rank[a.status] - echo(rank[b.status]) || b.id - a.id);
statuses.map(o => `${o.status}:${o.id}`);
