const n = [5, 3, 9, 1, 12, 7, 3, 8];
({
  map: n.map(x => x * 2), filter: n.filter(x => x > 5), find: n.find(x => x > 8), some: n.some(x => x === 12), every: n.every(x => x > 0),
  reduce: n.reduce((a, x) => a + x, 0), sort: n.slice(0, 5).sort((a, b) => a - b), flatMap: n.slice(0, 2).flatMap(x => [x, x]),
  from: Array.from({ length: 3 }, (_, i) => i * i), replace: 'a1b2'.replace(/\d/g, d => d * 3), group: Object.keys(Object.groupBy(n, x => x % 2 ? 'odd' : 'even')),
  forEach: (() => { const out = []; n.forEach(x => { if (x > 7) out.push(x); }); return out; })(), entries: Object.entries({ a: 1 }).map(([k, v]) => k + v),
});
