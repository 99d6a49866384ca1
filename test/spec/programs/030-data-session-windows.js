const events = [
  { type: 'click', user: 'ada', ms: 120 },
  { type: 'view', user: 'bob', ms: 300 },
  { type: 'click', user: 'bob', ms: 450 },
  { type: 'scroll', user: 'ada', ms: 610 },
  { type: 'click', user: 'ada', ms: 900 },
];
const gap = 250;
const sessions = [];
for (const event of events) {
  const last = sessions.at(-1);
  if (last && event.ms - last.end <= gap) {
    last.end = event.ms;
    last.count++;
  } else {
    sessions.push({ start: event.ms, end: event.ms, count: 1 });
  }
}
sessions.map(s => ({ ...s, length: s.end - s.start }));
