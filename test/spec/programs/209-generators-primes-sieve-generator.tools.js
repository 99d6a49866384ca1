function* primes() {
  const composites = new Map();
  for (let n = 2; ; n++) {
    const factors = composites.get(n);
    if (!factors) {
      yield n;
      composites.set(n * n, [n]);
    } else {
      for (const p of factors) composites.set(n + p, [...(composites.get(n + p) ?? []), p]);
      composites.delete(n);
    }
  }
}
const below = limit => primes().take(100).toArray().filter(p => p < echo(limit));
[below(30), primes().drop(99).next().value];
