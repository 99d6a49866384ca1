const text = lookup('text');
const counts = new Map();
for (const word of text.toLowerCase().match(/\b[a-z']+\b/g)) {
  counts.set(word, add(counts.get(word) ?? 0, 1));
}
const top = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, 5);
top;
