const newton = (f, df, x, n = 0) => Math.abs(f(x)) < 1e-12 || n > 50 ? x : newton(f, df, x - f(x) / df(x), n + 1);
const bisect = (f, lo, hi) => { for (let i = 0; i < 60; i++) { const m = (lo + hi) / 2; if (f(lo) * f(m) <= 0) hi = m; else lo = m; } return lo; };
[newton(x => x * x - 2, x => 2 * x, 1), bisect(x => x ** 3 - x - 2, 1, 2).toFixed(10), Math.sqrt(2) ** 2];
