const line = echo('a, b;c ,d;;e');
({
  simple: line.split(','),
  regex: line.split(/\s*[,;]\s*/),
  captured: line.split(/([,;])/),
  limited: line.split(/[,;]/, echo(2)),
  chars: 'héllo'.split(''),
  empty: [''.split(','), ''.split('')],
  lines: 'x\r\ny\nz'.split(/\r?\n/),
});
