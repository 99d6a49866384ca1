const promisify = fn => (...args) => new Promise((resolve, reject) => fn(...args, (err, value) => err ? reject(err) : resolve(value)));
const divide = (a, b, callback) => b === 0 ? callback(new Error('division by zero')) : callback(null, a / b);
const divideAsync = promisify(divide);
const ok = await divideAsync(10, 4);
const err = await divideAsync(1, 0).catch(e => e.message);
const tried = await Promise.try(() => { throw new Error('sync throw'); }).catch(e => e.message);
[ok, err, tried];
