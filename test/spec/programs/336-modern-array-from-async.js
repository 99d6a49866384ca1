async function* source() { yield 1; yield Promise.resolve(2); yield 3; }
const list = await Array.fromAsync(source(), async x => x * 2);
const mapped = await Array.fromAsync([Promise.resolve('a'), 'b']);
({ list, mapped });
