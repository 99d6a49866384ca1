const humanize = ms => {
  const parts = [['day', 86400000], ['hour', 3600000], ['minute', 60000], ['second', 1000]];
  const out = [];
  for (const [unit, size] of parts) {
    const n = Math.floor(ms / size);
    ms %= size;
    if (n) out.push(`${n} ${unit}${n === 1 ? '' : 's'}`);
  }
  return out.length > 1 ? out.slice(0, -1).join(', ') + ' and ' + out.at(-1) : out[0] ?? 'now';
};
[0, 1000, 61_000, 90061000, 172800000].map(humanize);
