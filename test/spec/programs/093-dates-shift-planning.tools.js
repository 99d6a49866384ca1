const people = echo(['Ada', 'Grace', 'Linus']);
const start = new Date(Date.UTC(2024, 5, 28));
const plan = new Map();
for (let i = 0; i < 5; i++) {
  const day = new Date(start);
  day.setUTCDate(start.getUTCDate() + i);
  plan.set(day.toISOString().split('T')[0], echo(people[i % people.length]));
}
return Object.fromEntries(plan);
