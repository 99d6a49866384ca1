const step = cells => cells.map((row, y) => row.map((alive, x) => {
  let n = 0;
  for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) if (dx || dy) n += cells[y + dy]?.[x + dx] ?? 0;
  return n === 3 || (alive && n === 2) ? 1 : 0;
}));
const run = (cells, times) => times === 0 ? cells : run(step(cells), times - 1);
const glider = [[0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [1, 1, 1, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]];
run(glider, 4).map(row => row.map(c => c ? '#' : '.').join(''));
