const units = { d: 86400, h: 3600, m: 60, s: 1 };
const parse = text => [...text.matchAll(/(\d+(?:\.\d+)?)\s*([dhms])/g)].reduce((sum, [, n, u]) => sum + n * units[u], 0);
const format = seconds => Object.entries(units).reduce(([out, rest], [u, size]) => {
  const n = Math.floor(rest / size);
  return [n ? out + n + u : out, rest % size];
}, ['', seconds])[0] || '0s';
['1h 30m', '2d4h', '90s', '1.5m', ''].map(t => [parse(t), format(parse(t))]);
