const lines = '{"t":1,"v":10}\n{"t":2,"v":oops}\n\n{"t":3,"v":30}';
const { rows, errors } = lines.split('\n').reduce((acc, line, i) => {
  if (!line.trim()) return acc;
  try { acc.rows.push(JSON.parse(line)); } catch (e) { acc.errors.push({ line: i + 1, kind: e.name }); }
  return acc;
}, { rows: [], errors: [] });
({ rows, errors, sum: rows.reduce((s, r) => s + r.v, 0) });
