const sortBy = (list, ...keys) => [...list].sort((a, b) => {
  for (const key of keys) {
    const [name, sign] = key.startsWith('-') ? [key.slice(1), -1] : [key, 1];
    if (a[name] < b[name]) return -sign;
    if (a[name] > b[name]) return sign;
  }
  return 0;
});
sortBy(lookup('users'), 'age', echo('-name')).map(u => [u.age, u.name]);
