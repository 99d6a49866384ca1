const base = { b: 2, a: 1 };
const copy = Object.assign(Object.create(null), base, null, { c: 3 });
const entries = Object.entries(base).map(([k, v]) => [k.toUpperCase(), v ** 2]);
({
  entries: Object.fromEntries(entries), values: Object.values(copy), is: [Object.is(-0, 0), Object.is(NaN, NaN)],
  own: 'toString' in copy, proto: Object.getPrototypeOf(copy), spread: { ...base, ...Object('hi'), ...[9] },
  order: Object.keys({ z: 1, 10: 1, 2: 1, [Symbol('s')]: 1, a: 1 }), sealed: Object.isSealed(Object.seal({})),
});
