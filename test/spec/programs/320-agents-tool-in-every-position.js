const f = (a, b = 10) => a + b;
const o = { get x() { return 5; }, ['key']: 1, method() { return this.x + 1; } };
const list = [1, ...[2, 3]];
class K { static s = 'static'; field = 'field'; constructor(v = 'arg') { this.v = v; } }
const k = new K();
let total = 0;
for (let i = 0; i < 3; i += 1) total += list[i];
if (true && !false) total *= 2;
const t = `${'t'}${f(1)}`;
[f(1), o.x, o.key, o.method(), list, K.s, k.field, k.v, total, t, null ?? 'nullish', 'a' in { a: 1 }, -4, typeof 's', (1, 2), [3].map(n => n ** 2)];
