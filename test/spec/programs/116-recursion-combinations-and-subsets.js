const subsets = ([first, ...rest]) => first === undefined ? [[]] : subsets(rest).flatMap(s => [s, [first, ...s]]);
const choose = (list, k) => k === 0 ? [[]] : list.length < k ? [] : [
  ...choose(list.slice(1), k - 1).map(c => [list[0], ...c]),
  ...choose(list.slice(1), k),
];
({ subsets: subsets([1, 2, 3]).map(s => s.join('')).sort(), pairs: choose(['w', 'x', 'y', 'z'], 2) });
