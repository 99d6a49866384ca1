const thenable = { then(resolve) { resolve(echo('from thenable')); } };
const nested = { then: resolve => resolve(Promise.resolve(thenable)) };
const failing = { then(_, reject) { reject(new Error(echo('refused'))); } };
[await thenable, await nested, await Promise.resolve(thenable), await (async () => failing)().catch(e => e.message)];
