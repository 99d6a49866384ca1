const a = lookup('dates').slice(0, 3), b = lookup('dates').slice(2);
const inBoth = a.filter(d => b.includes(d));
const onlyA = a.filter(d => !b.includes(echo(d)));
const merged = [...new Set([...a, ...b])].sort();
const verdict = inBoth.length / merged.length >= 0.5 ? 'similar' : 'different';
return { inBoth, onlyA, merged, verdict };
