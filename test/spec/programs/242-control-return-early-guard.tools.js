const user = lookup('users').find(u => u.name === echo('Nobody'));
if (!user) return { error: 'User not found', known: 5 };
const never = user.name.toUpperCase();
return never;
