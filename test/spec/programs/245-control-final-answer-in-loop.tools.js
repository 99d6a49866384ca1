const target = echo(30);
const numbers = [4, 11, 19, 26];
for (const a of numbers) {
  for (const b of numbers) {
    if (a < b && add(a, b) === target) final_answer({ pair: [a, b] });
  }
}
final_answer('no pair');
