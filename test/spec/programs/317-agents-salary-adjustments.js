const raise = { dev: 0.05, ops: 0.03 };
const adjusted = [
  { id: 1, name: 'Rosa', team: 'ops', salary: 5200, managerId: null, hired: '2018-04-01' },
  { id: 2, name: 'Tim', team: 'dev', salary: 6100, managerId: 1, hired: '2019-09-16' },
  { id: 3, name: 'Uma', team: 'dev', salary: 7300, managerId: 2, hired: '2017-01-09' },
  { id: 4, name: 'Viktor', team: 'ops', salary: 4700, managerId: 1, hired: '2021-11-30' },
  { id: 5, name: 'Wen', team: 'dev', salary: 6100, managerId: 2, hired: '2020-02-29' },
  { id: 6, name: 'Xena', team: 'sales', salary: 5600, managerId: 1, hired: '2022-06-15' },
].map(e => ({
  name: e.name,
  before: e.salary,
  after: Math.round(e.salary * (1 + (raise[e.team] ?? 0.01))),
}));
const cost = adjusted.reduce((sum, a) => sum + (a.after - a.before), 0);
const biggest = adjusted.reduce((best, a) => a.after - a.before > best.after - best.before ? a : best);
final_answer({ cost, biggest: biggest.name, adjusted: adjusted.filter(a => a.after > 6000) });
