const pattern = /^(\S+) (INFO|WARN|ERROR) (\w+) (.*)$/;
const entries = lookup('logLines').map(line => {
  const [, time, level, service, message] = line.match(pattern);
  return { time, level, service, message: echo(message) };
});
const byLevel = entries.reduce((acc, e) => ({ ...acc, [e.level]: (acc[e.level] || 0) + 1 }), {});
const errors = entries.filter(e => e.level === 'ERROR').map(e => `${e.service}: ${e.message}`);
({ byLevel, errors, first: entries[0].time });
