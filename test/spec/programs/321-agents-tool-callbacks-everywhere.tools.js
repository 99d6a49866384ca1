const n = lookup('numbers');
({
  map: n.map(x => echo(x) * 2), filter: n.filter(x => echo(x) > 5), find: n.find(x => echo(x) > 8), some: n.some(x => echo(x) === 12), every: n.every(x => echo(x) > 0),
  reduce: n.reduce((a, x) => add(a, x), 0), sort: n.slice(0, 5).sort((a, b) => echo(a) - echo(b)), flatMap: n.slice(0, 2).flatMap(x => echo([x, x])),
  from: Array.from({ length: 3 }, (_, i) => echo(i * i)), replace: 'a1b2'.replace(/\d/g, d => echo(d * 3)), group: Object.keys(Object.groupBy(n, x => echo(x % 2 ? 'odd' : 'even'))),
  forEach: (() => { const out = []; n.forEach(x => { if (x > 7) out.push(echo(x)); }); return out; })(), entries: Object.entries({ a: 1 }).map(([k, v]) => echo(k) + v),
});
