const maze = lookup('grid');
const seen = new Set();
function walk(x, y, path) {
  const cell = maze[y]?.[x];
  if (cell === undefined || cell === '#' || seen.has(`${x},${y}`)) return null;
  if (cell === 'E') return path;
  seen.add(`${x},${y}`);
  return walk(x + 1, y, path + 'R') ?? walk(x, y + 1, path + 'D') ?? walk(x - 1, y, path + 'L') ?? walk(x, y - 1, path + echo('U'));
}
walk(0, 0, '') ?? 'no way';
