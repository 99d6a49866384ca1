var fns = [];
for (var i = 0; i < 3; i++) fns.push(function () { return i });
let lets = [];
for (let j = 0; j < 3; j++) lets.push(() => j);
const bound = [1, 2, 3].map(n => function (m) { return this.base + n + m; }.bind({ base: 100 }, n * 10));
[fns.map(f => f()), lets.map(f => f()), bound.map(f => f())];
