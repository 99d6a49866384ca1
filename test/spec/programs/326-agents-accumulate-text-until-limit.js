const words = 'The quick brown fox jumps over the lazy dog. The dog sleeps, and the fox runs on.'.split(' ');
let text = '';
for (const word of words) {
  const next = text ? `${text} ${word}` : word;
  if (next.length > 40) break;
  text = next;
}
text + '…';
