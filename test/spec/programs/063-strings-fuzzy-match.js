const score = (needle, hay) => {
  let i = 0, points = 0, last = -1;
  for (let j = 0; j < hay.length && i < needle.length; j++) {
    if (hay[j].toLowerCase() === needle[i].toLowerCase()) {
      points += j === last + 1 ? 2 : 1;
      last = j;
      i++;
    }
  }
  return i === needle.length ? points : 0;
};
const candidates = ['README.md', 'src/render.ts', 'reader.js', 'test/order.ts'];
candidates.map(c => [c, score('rdr', c)]).filter(([, s]) => s).sort((a, b) => b[1] - a[1]);
