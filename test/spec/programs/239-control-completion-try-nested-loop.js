const found = [];
try {
  for (const row of [[2, 1, 3], [0, 4, 5], [1, 0, 6]]) {
    for (const cell of row) {
      if (cell === 0) continue;
      if (cell > 4) found.push(cell);
    }
  }
} finally {
  found.length = Math.min(found.length, 2);
}
