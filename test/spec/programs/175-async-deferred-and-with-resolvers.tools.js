const { promise, resolve } = Promise.withResolvers();
const waiting = (async () => `got ${await promise}`)();
resolve(echo('signal'));
resolve('ignored');
const late = promise.then(x => x.length);
return [await waiting, await late];
