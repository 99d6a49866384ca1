function* fibonacci() {
  let [a, b] = [0, 1];
  for (;;) {
    yield a;
    [a, b] = [b, a + b];
  }
}
const small = [];
for (const n of fibonacci()) {
  if (n > 100) break;
  small.push(n);
}
small;
