const table = [[1000, 'M'], [900, 'CM'], [500, 'D'], [400, 'CD'], [100, 'C'], [90, 'XC'], [50, 'L'], [40, 'XL'], [10, 'X'], [9, 'IX'], [5, 'V'], [4, 'IV'], [1, 'I']];
const toRoman = n => table.reduce((out, [value, sign]) => {
  while (n >= value) { out += sign; n -= value; }
  return out;
}, '');
const fromRoman = s => {
  const values = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };
  return [...s].reduce((sum, c, i, all) => values[c] < (values[all[i + 1]] || 0) ? sum - values[c] : sum + values[c], 0);
};
[4, 9, 40, 1994, 2024].map(n => [n, toRoman(n), fromRoman(toRoman(n))]);
