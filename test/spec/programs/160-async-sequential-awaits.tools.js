const fetchUser = async id => ({ id, name: `user${echo(id)}` });
const names = [];
for (const id of [1, 2, 3]) {
  const user = await fetchUser(id);
  names.push(user.name);
}
names;
