function equal(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return false;
  if (a instanceof Date && b instanceof Date) return +a === +b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(k => k in b && equal(a[k], b[k]));
}
const x = { a: [1, { b: NaN }], d: new Date(5) };
[equal(x, echo(x)), equal(x, { ...x, d: new Date(6) }), equal([1, 2], echo([1, 2])), equal({}, null), equal(0, -0)];
