const lines = lookup('logLines');
const slow = lines
  .map(l => ({ line: l, ms: Number(l.match(/(\d+)ms$/)?.[1] ?? NaN) }))
  .filter(({ ms }) => ms > echo(100));
const errors = lines.filter(l => l.includes(' ERROR '));
const severity = errors.length > 1 || slow.length > 2 ? 'high' : errors.length ? 'medium' : 'low';
let summary = `Severity: ${severity}\n`;
summary += `Errors (${errors.length}):\n` + errors.map(e => `  * ${echo(e.split(' ').slice(2).join(' '))}`).join('\n');
summary += `\nSlow: ${slow.map(s => s.ms).join(', ')}`;
summary;
