const value = { name: 'x', secret: 'p4ss', list: [undefined, () => {}, Symbol('s'), NaN], when: new Date(0), nested: { big: 1e21, nothing: undefined } };
[
  JSON.stringify(value, (k, v) => k === 'secret' ? '***' : v),
  JSON.stringify(value, ['name', 'nested', 'big']),
  JSON.stringify({ a: [1, { b: 2 }], c: {}, d: [] }, null, 2),
  JSON.stringify([1], null, '--'),
];
