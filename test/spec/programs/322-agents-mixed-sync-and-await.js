// Node cannot run this with tools: they answer at once here and later there.
const sync = [3, 1, 2].sort();
const awaited = await 10;
const both = await Promise.all([1, 2, 3].map(x => x));
const chained = await Promise.resolve(4).then(x => x + 1);
const inTemplate = `${'x'}${await 'y'}`;
async function helper(x) { const y = x * 2; return y + 1; }
({ sync, awaited, both, chained, inTemplate, helped: await helper(5), all: await Promise.all([1, 2].map(helper)) });
