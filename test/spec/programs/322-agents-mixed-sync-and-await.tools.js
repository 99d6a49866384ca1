// Node cannot run this with tools: they answer at once here and later there.
const sync = echo([3, 1, 2]).sort();
const awaited = await echo(10);
const both = await Promise.all([echo(1), echo(2), echo(3)].map(x => x));
const chained = await echo(4).then(x => x + echo(1));
const inTemplate = `${echo('x')}${await echo('y')}`;
async function helper(x) { const y = echo(x * 2); return add(y, 1); }
({ sync, awaited, both, chained, inTemplate, helped: await helper(5), all: await Promise.all([1, 2].map(helper)) });
