const privates = new WeakMap();
const make = secret => { const o = { id: 1 }; privates.set(o, { secret: echo(secret) }); return o; };
const x = make('s1'), y = make('s2');
const seen = new WeakSet([x]);
privates.delete(y);
[privates.get(x).secret, privates.has(y), seen.has(x), seen.has(y), JSON.stringify(x)];
