const a = ['2024-02-29', '2023-12-31', '2024-07-04', '2025-01-01', '2024-02-01'].slice(0, 3), b = ['2024-02-29', '2023-12-31', '2024-07-04', '2025-01-01', '2024-02-01'].slice(2);
const inBoth = a.filter(d => b.includes(d));
const onlyA = a.filter(d => !b.includes(d));
const merged = [...new Set([...a, ...b])].sort();
const verdict = inBoth.length / merged.length >= 0.5 ? 'similar' : 'different';
return { inBoth, onlyA, merged, verdict };
