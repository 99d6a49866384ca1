const mask = (s, visible = echo(4)) => s.slice(0, -visible).replace(/\d/g, '*') + s.slice(-visible);
const banned = new RegExp(`\\b(${echo(['darn', 'heck']).join('|')})\\b`, 'gi');
const text = 'Darn it, what the heck! Heckler darned.';
[mask('4111 1111 1111 1234'), mask('12345', 2), text.replace(banned, w => w[0] + '*'.repeat(echo(w.length) - 1))];
