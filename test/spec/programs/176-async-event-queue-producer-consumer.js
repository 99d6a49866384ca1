const queue = [];
let wake = null;
const push = item => { queue.push(item); wake?.(); wake = null; };
async function* consume() {
  while (true) {
    while (!queue.length) await new Promise(r => { wake = r; });
    const item = queue.shift();
    if (item === null) return;
    yield item;
  }
}
const consumer = (async () => { const out = []; for await (const x of consume()) out.push(x * 2); return out; })();
for (const n of [1, 2, 3]) { push(n); await null; }
push(null);
await consumer;
