const rows = lookup('users').map(({ name, age, city }) => ({ name, age, city }));
const columns = {};
for (const row of rows) for (const [key, value] of Object.entries(row)) (columns[key] = columns[key] || []).push(echo(value));
columns.ageRange = [Math.min(...columns.age), Math.max(...columns.age)];
columns
