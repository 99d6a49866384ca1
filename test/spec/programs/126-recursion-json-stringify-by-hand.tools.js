const stringify = value => {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`;
  if (Array.isArray(value)) return `[${value.map(stringify).join(',')}]`;
  return `{${Object.entries(value).map(([k, v]) => `"${k}":${stringify(echo(v))}`).join(',')}}`;
};
const data = echo({ a: [1, 'two', null, { b: true }], c: 'say "hi"' });
[stringify(data), stringify(data) === JSON.stringify(data)];
