const attempt = async (name, fails) => {
  if (fails) throw new Error(`${name} is down`);
  return echo(name);
};
const mirror = await Promise.any([attempt('a', true), attempt('b', false), attempt(echo('c'), true)]);
let failures;
try {
  await Promise.any([attempt('x', true), attempt('y', true)]);
} catch (error) {
  failures = { kind: error.constructor.name, errors: error.errors.map(e => e.message) };
}
({ mirror, failures });
