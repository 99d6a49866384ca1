const schema = { type: 'object', required: ['id', 'tags'], properties: { id: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } }, role: { enum: ['admin', 'user'] } } };
const typeOf = v => v === null ? 'null' : Array.isArray(v) ? 'array' : Number.isInteger(v) ? 'integer' : typeof v;
function check(s, v, path = '$') {
  if (s.enum && !s.enum.includes(v)) return [`${path} must be one of ${s.enum}`];
  if (s.type && typeOf(v) !== s.type) return [`${path} is ${typeOf(v)}, not ${s.type}`];
  if (s.type === 'array') return v.flatMap((x, i) => check(s.items, x, `${path}[${i}]`));
  if (s.type !== 'object') return [];
  return [...s.required.filter(k => !(k in v)).map(k => `${path}.${k} is missing`), ...Object.keys(s.properties).filter(k => k in v).flatMap(k => check(s.properties[k], v[k], `${path}.${k}`))];
}
[{ id: 1, tags: ['a'] }, { id: 1.5, tags: ['a', echo(2)], role: 'root' }, {}].map(v => check(schema, echo(v)));
