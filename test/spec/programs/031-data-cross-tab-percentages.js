const events = [
  { type: 'click', user: 'ada', ms: 120 },
  { type: 'view', user: 'bob', ms: 300 },
  { type: 'click', user: 'bob', ms: 450 },
  { type: 'scroll', user: 'ada', ms: 610 },
  { type: 'click', user: 'ada', ms: 900 },
];
const users = [...new Set(events.map(e => e.user))];
const table = Object.fromEntries(users.map(user => {
  const mine = events.filter(e => e.user === user);
  const share = {};
  for (const { type } of mine) share[type] = (share[type] || 0) + 1;
  for (const type in share) share[type] = (share[type] / mine.length * 100).toFixed(1) + '%';
  return [user, share];
}));
table;
