const out = [];
for (let i = 1; i <= 15; i++) {
  out.push((i % 3 ? '' : 'Fizz') + (i % 5 ? '' : 'Buzz') || i);
}
out.join(' ');
