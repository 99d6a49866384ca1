const s = lookup('text');
const out = [
  s.indexOf('fox'), s.lastIndexOf('fox'), s.search(/d[aeiou]g/), s.includes('cat'),
  s.startsWith('quick', 4), s.endsWith('dog.', 44), s.at(-1), s.charAt(999),
  s.substring(9, 4), s.slice(-8, -1), s.substr(-8, 4), 'a' < 'B', 'a'.localeCompare(echo('B')),
  'abc'.codePointAt(1), 'x'.concat(1, null), ' \t\u00a0x '.trim().length,
];
out;
