const players = [['ann', 30], ['bob', 50], ['cid', 30], ['dee', echo(50)], ['eve', 10]];
let lastScore, lastRank;
const board = players.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name, score], i) => {
  if (score !== lastScore) { lastRank = add(i, 1); lastScore = score; }
  return { rank: lastRank, name, score };
});
board;
