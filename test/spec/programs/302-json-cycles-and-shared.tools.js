const node = { id: echo(1), children: [] };
const child = { id: 2, parent: node };
node.children.push(child, child);
let failed = false;
try { JSON.stringify(node); } catch (e) { failed = e instanceof TypeError; }
const seen = new WeakSet();
const text = JSON.stringify(node, (k, v) => { if (v && typeof v === 'object') { if (seen.has(v)) return '[seen]'; seen.add(v); } return v; });
({ failed, text, node });
