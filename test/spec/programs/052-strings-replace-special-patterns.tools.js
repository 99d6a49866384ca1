const s = echo('2024-05-06');
[
  s.replace(/(\d+)-(\d+)-(\d+)/, '$3/$2/$1'),
  s.replace(/(?<y>\d+)-(?<m>\d+)/, '$<m>.$<y>'),
  s.replace('-', '$$'),
  s.replace('05', "[$&|$`|$']"),
  s.replaceAll('-', () => echo('/')),
  s.replace(/\d/g, d => echo(9 - d)),
];
