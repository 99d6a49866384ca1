const delay = (ms, value) => new Promise(resolve => setTimeout(() => resolve(value), ms));
const never = new Promise(() => {});
const winner = await Promise.race([never, 'fast', delay(1, 'slow')]);
const timed = await Promise.race([never, delay(0, 'timeout')]);
[winner, timed];
