const f = (a, b = echo(10)) => a + b;
const o = { get x() { return echo(5); }, [echo('key')]: echo(1), method() { return this.x + echo(1); } };
const list = [echo(1), ...echo([2, 3])];
class K { static s = echo('static'); field = echo('field'); constructor(v = echo('arg')) { this.v = v; } }
const k = new K();
let total = 0;
for (let i = echo(0); i < echo(3); i += echo(1)) total += echo(list[i]);
if (echo(true) && !echo(false)) total *= echo(2);
const t = `${echo('t')}${f(1)}`;
[f(1), o.x, o.key, o.method(), list, K.s, k.field, k.v, total, t, echo(null) ?? 'nullish', echo('a') in { a: 1 }, -echo(4), typeof echo('s'), (echo(1), echo(2)), [echo(3)].map(n => echo(n) ** 2)];
