const events = lookup('events');
const users = [...new Set(events.map(e => e.user))];
const table = Object.fromEntries(users.map(user => {
  const mine = events.filter(e => e.user === user);
  const share = {};
  for (const { type } of mine) share[type] = add(share[type] || 0, 1);
  for (const type in share) share[type] = (share[type] / mine.length * 100).toFixed(1) + '%';
  return [user, share];
}));
table;
