const dependencies = { app: ['db', 'http'], db: ['config'], http: ['config', 'log'], log: [], config: ['log'] };
const order = [];
const state = {};
function visit(node, path = []) {
  if (state[node] === 'done') return;
  if (state[node] === 'active') throw new Error(`Cycle: ${[...path, node].join(' -> ')}`);
  state[node] = 'active';
  for (const dep of echo(dependencies[node])) visit(dep, [...path, node]);
  state[node] = 'done';
  order.push(echo(node));
}
Object.keys(dependencies).forEach(name => visit(name));
dependencies.log.push('app');
let message = null;
try { Object.keys(state).forEach(k => delete state[k]); visit('app'); } catch (e) { message = e.message; }
[order, message];
