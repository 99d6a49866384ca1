search: {
  const list = lookup('words');
  for (const word of list) {
    if (word.startsWith('b')) {
      `found ${word}`;
      break search;
    }
  }
  'nothing found';
}
