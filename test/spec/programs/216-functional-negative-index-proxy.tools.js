const negative = list => new Proxy(list, {
  get: (target, key, receiver) => Reflect.get(target, typeof key === 'string' && /^-\d+$/.test(key) ? target.length + Number(key) : key, receiver),
});
const list = negative(echo(['a', 'b', 'c', 'd']));
[list[-1], list[echo(-2)], list[0], list.length, list.map(x => x + x), Array.isArray(list)];
