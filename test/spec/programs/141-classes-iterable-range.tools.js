class Range {
  constructor(from, to, step = echo(1)) { Object.assign(this, { from, to, step }); }
  *[Symbol.iterator]() { for (let i = this.from; i <= this.to; i += this.step) yield echo(i); }
  includes(n) { return n >= this.from && n <= this.to && (n - this.from) % this.step === 0; }
}
const evens = new Range(2, 10, 2);
const [first, ...others] = evens;
({ all: [...evens], first, others, max: Math.max(...evens), has: [evens.includes(4), evens.includes(5)], set: new Set(new Range(1, 3)) });
