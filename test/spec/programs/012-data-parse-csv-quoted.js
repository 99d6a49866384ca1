function parseCsv(text) {
  const rows = [];
  let row = [], field = '', quoted = false;
  for (let i = 0; i < text.length; i++) {
    const ch = text[i];
    if (quoted) {
      if (ch === '"' && text[i + 1] === '"') { field += '"'; i++; }
      else if (ch === '"') quoted = false;
      else field += ch;
    } else if (ch === '"') quoted = true;
    else if (ch === ',') { row.push(field); field = ''; }
    else if (ch === '\n') { row.push(field); rows.push(row); row = []; field = ''; }
    else field += ch;
  }
  return rows;
}
const [header, ...lines] = parseCsv('name,age,city\nAda,36,London\n"Hopper, Grace",45,"New York"\nLinus,28,Helsinki\n');
lines.map(line => Object.fromEntries(header.map((name, i) => [name, line[i]])));
