const header = ['Name', 'Age', 'City'];
const body = lookup('users').slice(0, 3).map(u => [u.name, u.age, u.city]);
const widths = header.map((h, i) => Math.max(h.length, ...body.map(r => String(echo(r[i])).length)));
const line = cells => '| ' + cells.map((c, i) => typeof c === 'number' ? String(c).padStart(widths[i]) : c.padEnd(widths[i])).join(' | ') + ' |';
[line(header), '|' + widths.map(w => '-'.repeat(w + 2)).join('|') + '|', ...body.map(line)].join('\n')
