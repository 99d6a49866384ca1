const square = async n => { const m = n; return m * m; };
const parallel = await Promise.all([1, 2, 3].map(square));
const sequential = [];
for (const n of [1, 2, 3]) sequential.push(await square(n));
const chained = await square(await square(2));
JSON.stringify(parallel) === JSON.stringify(sequential) ? { parallel, chained } : 'different';
