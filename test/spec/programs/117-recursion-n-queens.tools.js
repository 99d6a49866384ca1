function queens(n, row = 0, cols = [], found = []) {
  if (row === n) { found.push([...cols]); return found; }
  for (let col = 0; col < n; col++) {
    if (cols.every((c, r) => c !== col && Math.abs(c - col) !== row - r)) {
      cols.push(col);
      queens(n, row + 1, cols, found);
      cols.pop();
    }
  }
  return found;
}
const solutions = queens(echo(6));
({ count: solutions.length, first: solutions[echo(0)], eight: queens(8).length });
