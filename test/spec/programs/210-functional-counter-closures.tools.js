function makeCounter(start = echo(0)) {
  let count = start;
  return { up: (by = 1) => (count = add(count, by)), down: () => --count, get value() { return count; } };
}
const a = makeCounter(), b = makeCounter(10);
a.up(); a.up(5); b.down();
[a.value, b.value];
