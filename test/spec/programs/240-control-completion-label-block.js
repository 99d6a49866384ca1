search: {
  const list = ['pear', 'apple', 'fig', 'banana', 'kiwi', 'cherry', 'apple'];
  for (const word of list) {
    if (word.startsWith('b')) {
      `found ${word}`;
      break search;
    }
  }
  'nothing found';
}
