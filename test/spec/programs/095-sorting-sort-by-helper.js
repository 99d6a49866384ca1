const sortBy = (list, ...keys) => [...list].sort((a, b) => {
  for (const key of keys) {
    const [name, sign] = key.startsWith('-') ? [key.slice(1), -1] : [key, 1];
    if (a[name] < b[name]) return -sign;
    if (a[name] > b[name]) return sign;
  }
  return 0;
});
sortBy([
  { id: 1, name: 'Ada', age: 36, city: 'London', active: true },
  { id: 2, name: 'Grace', age: 45, city: 'New York', active: false },
  { id: 3, name: 'Linus', age: 28, city: 'Helsinki', active: true },
  { id: 4, name: 'Margaret', age: 52, city: 'London', active: true },
  { id: 5, name: 'Dennis', age: 28, city: 'New York', active: false },
], 'age', '-name').map(u => [u.age, u.name]);
