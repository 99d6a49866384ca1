const timesCalled = new WeakMap();
const counted = fn => {
  const wrapper = function (...args) {
    timesCalled.set(wrapper, (timesCalled.get(wrapper) ?? 0) + 1);
    return fn.apply(this, args);
  };
  return wrapper;
};
class Calculator {
  constructor(base) { this.base = base; }
  plus = counted(n => this.base + n);
  times = counted(function (n) { return this.base * n; });
}
const calc = new Calculator(10);
[calc.plus(1), calc.plus(2), calc.times(3), timesCalled.get(calc.plus), timesCalled.get(calc.times)];
