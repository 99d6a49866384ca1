let report = '';
let totalValue = 0;
for (const { sku, price, stock } of [
  { sku: 'KB-1', name: 'keyboard', price: 49.99, stock: 12, tags: ['input', 'office'] },
  { sku: 'MO-7', name: 'mouse', price: 19.95, stock: 0, tags: ['input'] },
  { sku: 'MN-3', name: 'monitor', price: 199.5, stock: 4, tags: ['display', 'office'] },
  { sku: 'DK-9', name: 'desk', price: 349, stock: 2, tags: ['furniture', 'office'] },
]) {
  const value = price * stock;
  totalValue += value;
  report += `${sku.padEnd(6)}|${String(stock).padStart(4)}|${value.toFixed(2).padStart(9)}\n`;
}
report += `${'TOTAL'.padEnd(6)}|${' '.repeat(4)}|${totalValue.toFixed(2).padStart(9)}`;
report;
