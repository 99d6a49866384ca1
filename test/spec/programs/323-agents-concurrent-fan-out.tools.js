const keys = ['taxRate', 'numbers', 'words'];
const [rate, numbers, words] = await Promise.all(keys.map(key => lookup(key)));
const sums = await Promise.all(numbers.map(async (n, i) => add(n, i)));
const labels = await Promise.all(words.map(w => echo(w)));
({ rate, sums, labels: labels.join(' ') });
