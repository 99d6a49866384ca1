const keys = ['taxRate', 'numbers', 'words'];
const [rate, numbers, words] = await Promise.all(keys.map(key => ({ taxRate: 0.2, numbers: [5, 3, 9, 1, 12, 7, 3, 8], words: ['pear', 'apple', 'fig', 'banana', 'kiwi', 'cherry', 'apple'] })[key]));
const sums = await Promise.all(numbers.map(async (n, i) => n + i));
const labels = await Promise.all(words.map(w => w));
({ rate, sums, labels: labels.join(' ') });
