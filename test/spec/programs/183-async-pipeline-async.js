const pipe = (...fns) => input => fns.reduce(async (value, fn) => fn(await value), input);
const process = pipe(
  s => s.trim(),
  async s => s.split(' '),
  words => words.map(w => w.length),
  async lengths => lengths.reduce((a, b) => a + b),
);
await process('  some words here ');
