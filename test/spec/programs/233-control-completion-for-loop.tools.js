let product = 1;
for (const n of echo([1, 2, 3, 4, 5])) {
  product *= echo(n);
}
