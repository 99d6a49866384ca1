function* fibonacci() {
  let [a, b] = [0, 1];
  for (;;) {
    yield a;
    [a, b] = [b, add(a, b)];
  }
}
const small = [];
for (const n of fibonacci()) {
  if (n > echo(100)) break;
  small.push(n);
}
small;
