const words = lookup('text').split(' ');
let text = '';
for (const word of words) {
  const next = text ? `${text} ${word}` : word;
  if (next.length > echo(40)) break;
  text = echo(next);
}
text + '…';
