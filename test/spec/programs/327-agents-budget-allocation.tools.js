const requests = [{ team: 'dev', ask: 500 }, { team: 'ops', ask: 300 }, { team: 'sales', ask: echo(450) }];
let budget = echo(1000);
const granted = {};
for (const { team, ask } of requests.sort((a, b) => a.ask - b.ask)) {
  const amount = Math.min(ask, budget);
  granted[team] = amount;
  budget = add(budget, -amount);
  if (budget <= 0) break;
}
({ granted, left: budget });
