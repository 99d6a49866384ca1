const curry = fn => function curried(...args) {
  return args.length >= fn.length ? fn(...args) : (...more) => curried(...args, ...more);
};
const compose = (...fns) => x => fns.reduceRight((v, f) => f(v), x);
const sum3 = curry((a, b, c) => add(add(a, b), c));
const shout = compose(s => s + '!', s => s.toUpperCase(), s => echo(s.trim()));
[sum3(1)(2)(3), sum3(1, 2)(echo(3)), sum3(1)(2, 3), shout('  hey ')];
