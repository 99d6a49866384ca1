const s = '  a-b-c  ';
[s.trimStart(), s.trimEnd(), s.replaceAll('-', '+'), 'abc'.at(-1), 'x'.padStart(3, 'ab'), 'ab\uD800'.isWellFormed(), 'ab\uD800'.toWellFormed().charCodeAt(2), [...'a1b22'.matchAll(/\d+/g)].map(m => m.index), '\u0041'.normalize('NFKD'), 'ﬁ'.normalize('NFKC')];
