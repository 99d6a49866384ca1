const gate = Promise.withResolvers();
const waiting = [1, 2].map(async n => (await gate.promise) + n);
setTimeout(() => gate.resolve(echo(10)), 0);
const values = await Promise.all(waiting);
({ values, same: await gate.promise });
