const words = lookup('words');
const sorted = words
  .map((word, index) => ({ word, index, key: echo(word.length) }))
  .sort((a, b) => a.key - b.key || a.index - b.index)
  .map(({ word }) => word);
sorted;
