const rows = [
  { id: 1, name: 'Ada', age: 36, city: 'London', active: true },
  { id: 2, name: 'Grace', age: 45, city: 'New York', active: false },
  { id: 3, name: 'Linus', age: 28, city: 'Helsinki', active: true },
  { id: 4, name: 'Margaret', age: 52, city: 'London', active: true },
  { id: 5, name: 'Dennis', age: 28, city: 'New York', active: false },
].map(({ name, age, city }) => ({ name, age, city }));
const columns = {};
for (const row of rows) for (const [key, value] of Object.entries(row)) (columns[key] = columns[key] || []).push(value);
columns.ageRange = [Math.min(...columns.age), Math.max(...columns.age)];
columns
