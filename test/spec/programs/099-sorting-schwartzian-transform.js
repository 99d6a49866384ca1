const words = ['pear', 'apple', 'fig', 'banana', 'kiwi', 'cherry', 'apple'];
const sorted = words
  .map((word, index) => ({ word, index, key: word.length }))
  .sort((a, b) => a.key - b.key || a.index - b.index)
  .map(({ word }) => word);
sorted;
