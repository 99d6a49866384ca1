const permutations = list => list.length <= 1
  ? [list]
  : list.flatMap((x, i) => permutations([...list.slice(0, i), ...list.slice(i + 1)]).map(p => [x, ...p]));
const all = permutations(['a', 'b', 'c']);
all.map(p => p.join(''));
