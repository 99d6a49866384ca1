const matrix = [[2, 1, 3], [0, 4, 5], [1, 0, 6]];
let position = null;
outer:
for (let r = 0; r < matrix.length; r++) {
  for (let c = 0; c < matrix[r].length; c++) {
    if (matrix[r][c] === 5) {
      position = { r, c };
      break outer;
    }
  }
}
return position;
