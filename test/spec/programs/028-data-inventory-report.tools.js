let report = '';
let totalValue = 0;
for (const { sku, price, stock } of lookup('products')) {
  const value = price * stock;
  totalValue += echo(value);
  report += `${sku.padEnd(6)}|${String(stock).padStart(4)}|${value.toFixed(2).padStart(9)}\n`;
}
report += `${'TOTAL'.padEnd(6)}|${' '.repeat(4)}|${totalValue.toFixed(2).padStart(9)}`;
report;
