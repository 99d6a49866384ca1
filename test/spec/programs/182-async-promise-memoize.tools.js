const calls = [];
const cache = new Map();
const load = key => {
  if (!cache.has(key)) cache.set(key, (async () => { calls.push(key); return echo(key.repeat(2)); })());
  return cache.get(key);
};
const values = await Promise.all(['a', 'b', 'a', echo('b')].map(k => load(k)));
({ values, calls: calls.sort() });
