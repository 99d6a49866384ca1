const found = [];
try {
  for (const row of lookup('matrix')) {
    for (const cell of row) {
      if (cell === 0) continue;
      if (cell > 4) found.push(echo(cell));
    }
  }
} finally {
  found.length = Math.min(found.length, 2);
}
