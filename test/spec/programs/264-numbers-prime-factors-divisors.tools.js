const factors = n => { const out = []; for (let d = 2; d * d <= n; d++) while (n % d === 0) { out.push(d); n /= d; } if (n > 1) out.push(n); return out; };
const divisors = n => Array.from({ length: n }, (_, i) => i + 1).filter(d => n % d === 0);
const isPerfect = n => divisors(n).slice(0, -1).reduce((a, b) => a + b, 0) === n;
({ factors: [12, 97, echo(360), 1001].map(factors), divisors: divisors(echo(28)), perfect: [6, 28, 30].filter(isPerfect) });
