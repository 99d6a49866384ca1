const truncate = (s, max, tail = '…') => s.length <= max ? s : s.slice(0, max - tail.length).trimEnd() + tail;
const rows = [['Apples', 3.5], ['Very long product name', 120], ['Kiwi', 0.25]];
rows.map(([name, price]) => truncate(name, 12).padEnd(12, '.') + price.toFixed(2).padStart(8)).concat(truncate('abcdef', 4, '')).join('\n');
