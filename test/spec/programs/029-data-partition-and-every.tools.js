const partition = (list, test) => list.reduce(([yes, no], x) => test(x) ? [[...yes, x], no] : [yes, [...no, x]], [[], []]);
const [active, inactive] = partition(lookup('users'), u => echo(u.active));
const checks = {
  active: active.map(u => u.id),
  inactive: inactive.map(u => u.id),
  allAdults: active.every(u => echo(u.age) >= 18),
  anyOver50: active.some(u => u.age > echo(50)),
  firstLondoner: inactive.find(u => u.city === 'London'),
};
checks;
