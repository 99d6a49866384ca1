function report(rows) {
  const lines = rows.map(({ name, price }) => `${name}: ${price.toFixed(2)}`);
  if (lines.length > 3) final_answer(lines.join('; '));
  return 'too few';
}
const text = report([
  { sku: 'KB-1', name: 'keyboard', price: 49.99, stock: 12, tags: ['input', 'office'] },
  { sku: 'MO-7', name: 'mouse', price: 19.95, stock: 0, tags: ['input'] },
  { sku: 'MN-3', name: 'monitor', price: 199.5, stock: 4, tags: ['display', 'office'] },
  { sku: 'DK-9', name: 'desk', price: 349, stock: 2, tags: ['furniture', 'office'] },
]);
final_answer(text);
