const sorted = lookup('scores').sort((a, b) => a - b);
const quantile = q => {
  const pos = (sorted.length - 1) * q, base = Math.floor(pos);
  return sorted[base] + (pos - base) * ((sorted[base + 1] ?? sorted[base]) - sorted[base]);
};
({ median: quantile(echo(0.5)), p25: quantile(0.25), p90: quantile(0.9), top: sorted.at(-1), second: sorted.at(echo(-2)) });
