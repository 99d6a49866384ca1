let product = 1;
for (const n of [1, 2, 3, 4, 5]) {
  product *= n;
}
