const report = [
  { id: 1, name: 'Rosa', team: 'ops', salary: 5200, managerId: null, hired: '2018-04-01' },
  { id: 2, name: 'Tim', team: 'dev', salary: 6100, managerId: 1, hired: '2019-09-16' },
  { id: 3, name: 'Uma', team: 'dev', salary: 7300, managerId: 2, hired: '2017-01-09' },
  { id: 4, name: 'Viktor', team: 'ops', salary: 4700, managerId: 1, hired: '2021-11-30' },
  { id: 5, name: 'Wen', team: 'dev', salary: 6100, managerId: 2, hired: '2020-02-29' },
  { id: 6, name: 'Xena', team: 'sales', salary: 5600, managerId: 1, hired: '2022-06-15' },
].values()
  .filter(e => e.salary > 5000)
  .map(e => `${e.name} (${e.team})`)
  .take(3)
  .toArray();
const grouped = Map.groupBy([
  { id: 1, name: 'Rosa', team: 'ops', salary: 5200, managerId: null, hired: '2018-04-01' },
  { id: 2, name: 'Tim', team: 'dev', salary: 6100, managerId: 1, hired: '2019-09-16' },
  { id: 3, name: 'Uma', team: 'dev', salary: 7300, managerId: 2, hired: '2017-01-09' },
  { id: 4, name: 'Viktor', team: 'ops', salary: 4700, managerId: 1, hired: '2021-11-30' },
  { id: 5, name: 'Wen', team: 'dev', salary: 6100, managerId: 2, hired: '2020-02-29' },
  { id: 6, name: 'Xena', team: 'sales', salary: 5600, managerId: 1, hired: '2022-06-15' },
], e => e.team);
report.concat(grouped.keys().map(k => `${k}=${grouped.get(k).length}`).toArray());
