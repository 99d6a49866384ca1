const ackermann = (m, n) => m === 0 ? n + 1 : n === 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
const gcd = (a, b) => b ? gcd(b, a % b) : a;
const lcm = (a, b) => a / gcd(a, b) * b;
[ackermann(2, 3), gcd(1071, echo(462)), lcm(echo(21), 6), [12, 18, 30].reduce(gcd)];
