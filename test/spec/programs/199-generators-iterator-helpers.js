const squares = (function* () { let n = 1; while (true) yield n * n++; })();
const result = squares.filter(n => n % 2 === 1).map(n => n + 1).drop(1).take(4).toArray();
const from = Iterator.from([3, 1, 2]);
({ result, sum: from.reduce((a, b) => a + b), some: [1, 2].values().some(x => x > 1), flat: [[1], [2, 3]].values().flatMap(x => x).toArray() });
