const steps = [];
const value = await echo(20)
  .then(n => { steps.push(n); return add(n, 1); })
  .then(n => { steps.push(n); return [n]; });
const failed = await lookup('nothing').catch(e => `${e.name}: ${e.message}`);
({ steps, value, failed });
