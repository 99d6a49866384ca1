const ok = value => ({ ok: true, value, map: f => ok(f(value)), then_: f => f(value), or: () => value });
const fail = error => ({ ok: false, error, map: () => fail(error), then_: () => fail(error), or: d => d });
const parse = text => /^-?\d+$/.test(text) ? ok(Number(text)) : fail(`not a number: ${text}`);
const half = n => n % 2 ? fail(`odd: ${n}`) : ok(n / 2);
['42', echo('7'), 'x'].map(t => { const r = parse(echo(t)).then_(half).map(n => n + 1); return r.ok ? r.value : r.error; });
