const order = [];
const note = x => (order.push(echo(x)), x);
class Base {
  a = note('base field');
  constructor() { note('base constructor'); this.init(); }
  init() { note('base init'); }
}
class Derived extends Base {
  b = note('derived field');
  constructor() { note('before super'); super(); note('after super'); }
  init() { note(`derived init ${this.b}`); }
  static s = note('static');
}
new Derived();
order;
