const line = 'a, b;c ,d;;e';
({
  simple: line.split(','),
  regex: line.split(/\s*[,;]\s*/),
  captured: line.split(/([,;])/),
  limited: line.split(/[,;]/, 2),
  chars: 'héllo'.split(''),
  empty: [''.split(','), ''.split('')],
  lines: 'x\r\ny\nz'.split(/\r?\n/),
});
