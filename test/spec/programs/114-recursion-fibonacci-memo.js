const memo = {};
function fib(n) {
  if (n < 2) return n;
  return memo[n] ?? (memo[n] = fib(n - 1) + fib(n - 2));
}
[fib(10), fib(30), fib(50)];
