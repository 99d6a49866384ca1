let calls = 0;
const next = () => ++calls;
function f(a = next(), b = a + 10, { c = b * 2 } = {}) { return [a, b, c, arguments.length]; }
[f(), f(5), f(undefined, 1), f(1, null, { c: 3 }), f.length, calls];
