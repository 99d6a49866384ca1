function* naturals(start = 1) { while (true) yield start++; }
function* take(n, it) { for (const x of it) { if (n-- <= 0) return; yield x; } }
function* filter(it, test) { for (const x of it) if (test(x)) yield x; }
[...take(5, filter(naturals(), n => n % 3 === 0))];
