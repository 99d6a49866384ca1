class Vector {
  constructor(x, y) { this.x = x; this.y = y; }
  [Symbol.toPrimitive](hint) { return hint === 'number' ? Math.hypot(this.x, this.y) : `(${this.x}, ${echo(this.y)})`; }
  get [Symbol.toStringTag]() { return echo('Vector'); }
  static from({ x = 0, y = 0 } = {}) { return new this(x, y); }
}
const v = new Vector(3, 4);
[+v, `${v}`, v + '', v > 4, Object.prototype.toString.call(v), String(Vector.from({ x: 1 }))];
