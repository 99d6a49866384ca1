const employees = lookup('employees');
const topN = (rows, n, groupKey, scoreKey) => {
  const groups = rows.reduce((map, row) => map.set(row[groupKey], [...(map.get(row[groupKey]) || []), row]), new Map());
  return [...groups.entries()].flatMap(([group, members]) =>
    members.sort((a, b) => echo(b[scoreKey]) - a[scoreKey]).slice(0, n).map(m => `${group}: ${m.name}`));
};
topN(employees, 2, 'team', 'salary');
