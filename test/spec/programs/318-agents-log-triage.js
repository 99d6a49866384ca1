const lines = [
  '2024-05-01T10:00:00Z INFO api GET /users 200 12ms',
  '2024-05-01T10:00:02Z WARN api GET /orders 200 950ms',
  '2024-05-01T10:00:05Z ERROR db connection lost',
  '2024-05-01T10:00:09Z INFO api POST /orders 201 48ms',
  '2024-05-01T10:01:00Z ERROR api GET /users/9 500 3ms',
];
const slow = lines
  .map(l => ({ line: l, ms: Number(l.match(/(\d+)ms$/)?.[1] ?? NaN) }))
  .filter(({ ms }) => ms > 100);
const errors = lines.filter(l => l.includes(' ERROR '));
const severity = errors.length > 1 || slow.length > 2 ? 'high' : errors.length ? 'medium' : 'low';
let summary = `Severity: ${severity}\n`;
summary += `Errors (${errors.length}):\n` + errors.map(e => `  * ${e.split(' ').slice(2).join(' ')}`).join('\n');
summary += `\nSlow: ${slow.map(s => s.ms).join(', ')}`;
summary;
