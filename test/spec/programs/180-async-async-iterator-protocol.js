const countdown = {
  from: 3,
  [Symbol.asyncIterator]() {
    let n = this.from;
    return {
      next: async () => n > 0 ? { value: n--, done: false } : { value: undefined, done: true },
      return: async () => { closed = true; return { done: true }; },
    };
  },
};
let closed = false;
const out = [];
for await (const n of countdown) { out.push(n); if (n === 2) break; }
({ out, closed, collected: await Array.fromAsync(countdown) });
