const mask = (s, visible = 4) => s.slice(0, -visible).replace(/\d/g, '*') + s.slice(-visible);
const banned = new RegExp(`\\b(${['darn', 'heck'].join('|')})\\b`, 'gi');
const text = 'Darn it, what the heck! Heckler darned.';
[mask('4111 1111 1111 1234'), mask('12345', 2), text.replace(banned, w => w[0] + '*'.repeat(w.length - 1))];
