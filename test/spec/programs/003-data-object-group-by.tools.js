const byTeam = Object.groupBy(lookup('employees'), ({ team }) => echo(team));
const result = {};
for (const [team, people] of Object.entries(byTeam)) {
  result[team] = {
    headcount: people.length,
    names: people.map(p => p.name),
    average: Math.round(people.reduce((sum, p) => sum + p.salary, 0) / people.length),
  };
}
result
