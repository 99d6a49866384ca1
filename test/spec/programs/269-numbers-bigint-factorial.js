const factorial = n => n <= 1n ? 1n : n * factorial(n - 1n);
const big = factorial(25n);
const digits = [...String(big)].reduce((s, d) => s + BigInt(d), 0n);
({ text: big.toString(), digits, power: 2n ** 100n, mod: big % 1_000_007n, hex: (255n ** 5n).toString(16), division: 7n / -2n, mixed: 10n > 9, equal: 1n == 1, typeof: typeof big });
