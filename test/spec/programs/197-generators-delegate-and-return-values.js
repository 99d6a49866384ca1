function* inner() { yield 'a'; const x = yield 'b'; return x * 2; }
function* outer() { const result = yield* inner(); yield `inner gave ${result}`; yield* [1, 2]; return 'end'; }
const g = outer();
[g.next(), g.next(), g.next(21), g.next(), g.next(), g.next()];
