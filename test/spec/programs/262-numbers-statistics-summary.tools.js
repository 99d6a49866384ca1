const data = lookup('scores');
const n = data.length;
const mean = data.reduce((a, b) => add(a, b)) / n;
const variance = data.reduce((s, x) => s + (x - mean) ** 2, 0) / (n - 1);
const sorted = data.toSorted((a, b) => a - b);
const mode = Object.entries(Object.groupBy(data, x => x)).sort((a, b) => b[1].length - a[1].length)[0][0];
({ mean, sd: Math.sqrt(variance), median: (sorted[n / 2 - 1] + sorted[n / 2]) / 2, mode: Number(mode), min: Math.min(...data), max: Math.max(...data) });
