const header = ['Name', 'Age', 'City'];
const body = [
  { id: 1, name: 'Ada', age: 36, city: 'London', active: true },
  { id: 2, name: 'Grace', age: 45, city: 'New York', active: false },
  { id: 3, name: 'Linus', age: 28, city: 'Helsinki', active: true },
  { id: 4, name: 'Margaret', age: 52, city: 'London', active: true },
  { id: 5, name: 'Dennis', age: 28, city: 'New York', active: false },
].slice(0, 3).map(u => [u.name, u.age, u.city]);
const widths = header.map((h, i) => Math.max(h.length, ...body.map(r => String(r[i]).length)));
const line = cells => '| ' + cells.map((c, i) => typeof c === 'number' ? String(c).padStart(widths[i]) : c.padEnd(widths[i])).join(' | ') + ' |';
[line(header), '|' + widths.map(w => '-'.repeat(w + 2)).join('|') + '|', ...body.map(line)].join('\n')
