const limit = 60;
const sieve = new Uint8Array(limit + 1);
const primes = [];
for (let i = 2; i <= limit; i++) {
  if (sieve[i]) continue;
  primes.push(i);
  for (let j = i * i; j <= limit; j += i) sieve[j] = 1;
}
const twins = primes.filter(p => primes.includes(p + 2));
({ primes, twins });
