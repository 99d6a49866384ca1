const steps = [];
const value = await Promise.resolve(20)
  .then(n => { steps.push(n); return n + 1; })
  .then(n => { steps.push(n); return [n]; });
const failed = await Promise.reject(new RangeError('There is no nothing')).catch(e => `${e.name}: ${e.message}`);
({ steps, value, failed });
