const canonical = v => Array.isArray(v) ? `[${v.map(canonical)}]` : v && typeof v === 'object' ? `{${Object.keys(v).sort().map(k => `${JSON.stringify(k)}:${canonical(v[k])}`)}}` : JSON.stringify(v);
const hash = s => [...s].reduce((h, c) => (h * 31 + c.charCodeAt(0)) % 1000003, 7);
const a = echo({ b: [1, { z: null, a: 'é' }], a: true }), b = { a: true, b: [1, { a: 'é', z: null }] };
[canonical(a), canonical(a) === canonical(b), JSON.stringify(a) === JSON.stringify(b), hash(echo(canonical(b)))];
