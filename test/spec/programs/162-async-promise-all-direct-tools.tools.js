const users = lookup('users');
const cities = await Promise.all(users.map(u => echo(u.city)));
const [first, second] = await Promise.all([echo('one'), echo(2)]);
({ cities: [...new Set(cities)], first, second });
