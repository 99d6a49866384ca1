const primes = [];
candidates:
for (let n = 2; n <= echo(40); n++) {
  for (let d = 2; d * d <= n; d++) {
    if (n % d === 0) continue candidates;
  }
  primes.push(echo(n));
}
primes;
