const thenable = { then(resolve) { resolve('from thenable'); } };
const nested = { then: resolve => resolve(Promise.resolve(thenable)) };
const failing = { then(_, reject) { reject(new Error('refused')); } };
[await thenable, await nested, await Promise.resolve(thenable), await (async () => failing)().catch(e => e.message)];
