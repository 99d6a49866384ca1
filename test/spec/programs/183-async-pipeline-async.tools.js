const pipe = (...fns) => input => fns.reduce(async (value, fn) => fn(await value), input);
const process = pipe(
  s => s.trim(),
  async s => s.split(' '),
  words => words.map(w => echo(w.length)),
  async lengths => lengths.reduce((a, b) => add(a, b)),
);
await process(echo('  some words here '));
