const kind = Symbol('kind');
const method = 'greet';
class Thing {
  [kind] = 'thing';
  [method + 'All'](...names) { return names.map(n => this[method](n)); }
  [method](name) { return `hi ${name}`; }
  static [Symbol.hasInstance](x) { return x?.[kind] === 'thing'; }
}
const t = new Thing();
[t.greetAll('a', 'b'), ({ [kind]: 'thing' }) instanceof Thing, ({}) instanceof Thing, Object.getOwnPropertySymbols(t).map(String), kind.description];
