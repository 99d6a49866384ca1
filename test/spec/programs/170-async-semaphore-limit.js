class Semaphore {
  #free; #waiting = [];
  constructor(count) { this.#free = count; }
  async run(job) {
    if (this.#free > 0) this.#free--;
    else await new Promise(resolve => this.#waiting.push(resolve));
    try { return await job(); }
    finally {
      const next = this.#waiting.shift();
      if (next) next(); else this.#free++;
    }
  }
}
let active = 0, peak = 0;
const semaphore = new Semaphore(2);
const results = await Promise.all([1, 2, 3, 4, 5].map(n => semaphore.run(async () => {
  peak = Math.max(peak, ++active);
  const value = await n * 10;
  active--;
  return value;
})));
({ results, peak });
