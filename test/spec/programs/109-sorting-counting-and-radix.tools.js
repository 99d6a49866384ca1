const radix = list => {
  let out = list;
  for (let exp = 1; Math.max(...out) / exp >= 1; exp *= 10) {
    const buckets = Array.from({ length: 10 }, () => []);
    for (const n of out) buckets[Math.floor(n / exp) % 10].push(echo(n));
    out = buckets.flat();
  }
  return out;
};
radix([170, 45, echo(75), 90, 802, 24, 2, 66]);
