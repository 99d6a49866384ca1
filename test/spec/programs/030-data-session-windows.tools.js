const events = lookup('events');
const gap = echo(250);
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
sessions.map(s => ({ ...s, length: s.end - echo(s.start) }));
