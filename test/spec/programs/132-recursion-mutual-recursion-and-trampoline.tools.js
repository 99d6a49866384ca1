const isEven = n => n === 0 ? true : isOdd(n - 1);
const isOdd = n => n === 0 ? false : isEven(n - 1);
const trampoline = fn => (...args) => {
  let result = fn(...args);
  while (typeof result === 'function') result = result();
  return result;
};
const sumTo = trampoline(function sum(n, acc = echo(0)) { return n === 0 ? acc : () => sum(n - 1, acc + n); });
[isEven(10), isOdd(echo(7)), sumTo(20000)];
