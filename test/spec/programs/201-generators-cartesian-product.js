function* product(first, ...rest) {
  if (!first) { yield []; return; }
  for (const x of first) for (const tail of product(...rest)) yield [x, ...tail];
}
const variants = [...product(['S', 'M'], ['red', 'blue'], [1, 2])];
({ count: variants.length, skus: variants.map(v => v.join('-')) });
