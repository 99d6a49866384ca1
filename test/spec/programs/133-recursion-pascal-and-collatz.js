const pascal = n => n === 0 ? [1] : pascal(n - 1).reduce((row, x, i, prev) => [...row, x + (prev[i + 1] ?? 0)], [1]);
const collatz = (n, steps = 0) => n === 1 ? steps : collatz(n % 2 ? 3 * n + 1 : n / 2, steps + 1);
({ rows: Array.from({ length: 6 }, (_, i) => pascal(i)), steps: [6, 7, 27, 97].map(n => collatz(n)) });
