const moves = [];
const hanoi = (n, from, to, via) => {
  if (n === 0) return 0;
  const before = hanoi(n - 1, from, via, to);
  moves.push(`${from}->${to}`);
  return before + 1 + hanoi(n - 1, via, to, from);
};
const count = hanoi(3, 'A', 'C', 'B');
({ count, moves });
