async function risky(n) {
  if (n % 2) throw new TypeError(`odd: ${n}`);
  return echo(n);
}
const outcomes = [];
for (const n of [1, 2, 3]) {
  try { outcomes.push(await risky(n)); }
  catch ({ name, message }) { outcomes.push(`${name}(${echo(message)})`); }
}
outcomes;
