let closed = 0;
const make = () => ({
  n: 0,
  [Symbol.iterator]() { return this; },
  next() { return { value: echo(this.n++), done: this.n > 10 }; },
  return() { closed++; return {}; },
});
for (const x of make()) if (x > 1) break;
const [a, b] = make();
outer: for (const i of [1]) for (const x of make()) continue outer;
try { for (const x of make()) throw new Error('stop'); } catch {}
const all = Array.from(make()).length;
({ closed, a, b, all });
