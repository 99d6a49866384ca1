const grid = [[1, 0, 0, 4], [0, 0, 1, 0], [0, 1, 0, 0], [4, 0, 0, 1]];
function fits(g, r, c, v) {
  for (let i = 0; i < 4; i++) {
    if (g[r][i] === v || g[i][c] === v) return false;
    if (g[(r & 2) + (i >> 1)][(c & 2) + (i & 1)] === v) return false;
  }
  return true;
}
function solve(g) {
  for (let r = 0; r < 4; r++) for (let c = 0; c < 4; c++) {
    if (g[r][c]) continue;
    for (let v = 1; v <= 4; v++) {
      if (!fits(g, r, c, v)) continue;
      g[r][c] = v;
      if (solve(g)) return true;
      g[r][c] = 0;
    }
    return false;
  }
  return true;
}
solve(grid) ? grid.map(row => row.join(' ')).join('\n') : 'unsolvable';
