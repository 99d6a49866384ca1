const memoize = (fn, keyOf = (...args) => JSON.stringify(args)) => {
  const cache = new Map();
  let hits = 0;
  const memoized = (...args) => {
    const key = keyOf(...args);
    if (cache.has(key)) { hits++; return cache.get(key); }
    const value = fn(...args);
    cache.set(key, value);
    return value;
  };
  memoized.stats = () => ({ size: cache.size, hits });
  return memoized;
};
const area = memoize(({ w, h }) => w * echo(h));
const out = [area({ w: 2, h: 3 }), area({ w: 2, h: 3 }), area({ w: 3, h: 2 })];
[out, area.stats()];
