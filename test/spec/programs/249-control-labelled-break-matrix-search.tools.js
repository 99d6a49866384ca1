const matrix = lookup('matrix');
let position = null;
outer:
for (let r = 0; r < matrix.length; r++) {
  for (let c = 0; c < matrix[r].length; c++) {
    if (matrix[r][c] === echo(5)) {
      position = { r, c };
      break outer;
    }
  }
}
return position;
