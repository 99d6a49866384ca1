const report = lookup('employees').values()
  .filter(e => e.salary > echo(5000))
  .map(e => `${e.name} (${e.team})`)
  .take(3)
  .toArray();
const grouped = Map.groupBy(lookup('employees'), e => e.team);
report.concat(grouped.keys().map(k => `${k}=${grouped.get(k).length}`).toArray());
