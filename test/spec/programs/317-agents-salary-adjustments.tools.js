const raise = { dev: 0.05, ops: 0.03 };
const adjusted = lookup('employees').map(e => ({
  name: e.name,
  before: e.salary,
  after: Math.round(e.salary * (1 + (raise[echo(e.team)] ?? 0.01))),
}));
const cost = adjusted.reduce((sum, a) => sum + (a.after - a.before), 0);
const biggest = adjusted.reduce((best, a) => a.after - a.before > best.after - best.before ? a : best);
final_answer({ cost, biggest: biggest.name, adjusted: adjusted.filter(a => a.after > echo(6000)) });
