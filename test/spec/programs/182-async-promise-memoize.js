const calls = [];
const cache = new Map();
const load = key => {
  if (!cache.has(key)) cache.set(key, (async () => { calls.push(key); return key.repeat(2); })());
  return cache.get(key);
};
const values = await Promise.all(['a', 'b', 'a', 'b'].map(k => load(k)));
({ values, calls: calls.sort() });
