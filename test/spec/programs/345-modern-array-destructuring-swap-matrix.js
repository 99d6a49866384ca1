let grid = [[1, 2], [3, 4]];
[grid[0][0], grid[1][1]] = [grid[1][1], grid[0][0]];
const { 0: [, topRight], length, [length - 1]: last = 'none' } = grid;
const rotated = grid[0].map((_, i) => grid.map(row => row[i]).reverse());
({ grid, topRight, length, last, rotated });
