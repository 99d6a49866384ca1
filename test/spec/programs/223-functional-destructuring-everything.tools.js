const { name: userName = 'anon', address: { city, zip = echo('n/a') } = {}, tags: [, second, ...others], ...rest } =
  echo({ name: undefined, address: { city: 'Paris' }, tags: ['a', 'b', 'c', 'd'], x: 1, y: 2 });
const swap = ([a, b]) => [b, a];
const f = ({ a, b: { c } = { c: echo(5) } }, [d = 1] = []) => a + c + d;
let p, q;
[p, q = 9] = [1];
({ p, ...q } = { p: 'P', z: 'Z' });
({ userName, city, zip, second, others, rest, swapped: swap([1, 2]), f: f({ a: 1 }), p, q });
