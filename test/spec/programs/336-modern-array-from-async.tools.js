async function* source() { yield 1; yield Promise.resolve(2); yield echo(3); }
const list = await Array.fromAsync(source(), async x => x * 2);
const mapped = await Array.fromAsync([Promise.resolve('a'), echo('b')]);
({ list, mapped });
