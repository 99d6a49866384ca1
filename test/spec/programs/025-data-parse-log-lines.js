const pattern = /^(\S+) (INFO|WARN|ERROR) (\w+) (.*)$/;
const entries = [
  '2024-05-01T10:00:00Z INFO api GET /users 200 12ms',
  '2024-05-01T10:00:02Z WARN api GET /orders 200 950ms',
  '2024-05-01T10:00:05Z ERROR db connection lost',
  '2024-05-01T10:00:09Z INFO api POST /orders 201 48ms',
  '2024-05-01T10:01:00Z ERROR api GET /users/9 500 3ms',
].map(line => {
  const [, time, level, service, message] = line.match(pattern);
  return { time, level, service, message: message };
});
const byLevel = entries.reduce((acc, e) => ({ ...acc, [e.level]: (acc[e.level] || 0) + 1 }), {});
const errors = entries.filter(e => e.level === 'ERROR').map(e => `${e.service}: ${e.message}`);
({ byLevel, errors, first: entries[0].time });
