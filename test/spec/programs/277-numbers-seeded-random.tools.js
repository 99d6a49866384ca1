function mulberry32(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const random = mulberry32(echo(42));
const rolls = Array.from({ length: 6 }, () => 1 + Math.floor(random() * 6));
const shuffled = echo(['a', 'b', 'c', 'd', 'e']).map(x => [random(), x]).sort(([a], [b]) => a - b).map(([, x]) => x);
({ rolls, shuffled, next: random() });
