const partition = (list, test) => list.reduce(([yes, no], x) => test(x) ? [[...yes, x], no] : [yes, [...no, x]], [[], []]);
const [active, inactive] = partition([
  { id: 1, name: 'Ada', age: 36, city: 'London', active: true },
  { id: 2, name: 'Grace', age: 45, city: 'New York', active: false },
  { id: 3, name: 'Linus', age: 28, city: 'Helsinki', active: true },
  { id: 4, name: 'Margaret', age: 52, city: 'London', active: true },
  { id: 5, name: 'Dennis', age: 28, city: 'New York', active: false },
], u => u.active);
const checks = {
  active: active.map(u => u.id),
  inactive: inactive.map(u => u.id),
  allAdults: active.every(u => u.age >= 18),
  anyOver50: active.some(u => u.age > 50),
  firstLondoner: inactive.find(u => u.city === 'London'),
};
checks;
