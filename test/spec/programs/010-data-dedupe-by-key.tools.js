const dedupeBy = (items, keyOf) => {
  const seen = new Set();
  return items.filter(item => {
    const key = keyOf(item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
};
const users = lookup('users');
return {
  byCity: dedupeBy(users, u => echo(u.city)).map(u => u.name),
  byAge: dedupeBy(users, u => u.age).map(u => u.name),
  numbers: dedupeBy(lookup('numbers'), n => echo(n % 4)),
};
