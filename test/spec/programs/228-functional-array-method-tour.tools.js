const n = lookup('numbers');
({
  findLast: n.findLast(x => x > 8), findLastIndex: n.findLastIndex(x => x === 3), at: n.at(-2),
  flatMap: n.slice(0, 3).flatMap(x => [x, -echo(x)]), fill: new Array(3).fill(echo(0)), of: Array.of(7).length,
  from: Array.from('abc', c => c + c), includes: [NaN].includes(NaN), indexOf: [NaN].indexOf(NaN),
  lastIndexOf: n.lastIndexOf(3), join: [1, [2, [3]], null].join(), entries: [...['x'].entries()], sparse: [1, , 3].map(x => x * 2).length,
});
