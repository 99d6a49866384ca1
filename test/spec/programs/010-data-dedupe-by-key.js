const dedupeBy = (items, keyOf) => {
  const seen = new Set();
  return items.filter(item => {
    const key = keyOf(item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
};
const users = [
  { id: 1, name: 'Ada', age: 36, city: 'London', active: true },
  { id: 2, name: 'Grace', age: 45, city: 'New York', active: false },
  { id: 3, name: 'Linus', age: 28, city: 'Helsinki', active: true },
  { id: 4, name: 'Margaret', age: 52, city: 'London', active: true },
  { id: 5, name: 'Dennis', age: 28, city: 'New York', active: false },
];
return {
  byCity: dedupeBy(users, u => u.city).map(u => u.name),
  byAge: dedupeBy(users, u => u.age).map(u => u.name),
  numbers: dedupeBy([5, 3, 9, 1, 12, 7, 3, 8], n => n % 4),
};
