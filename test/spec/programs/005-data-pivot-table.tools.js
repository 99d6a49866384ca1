function pivot(rows, rowKey, colKey, value) {
  const columns = [...new Set(rows.map(r => r[colKey]))].sort();
  const table = {};
  for (const row of rows) {
    const target = (table[row[rowKey]] ??= Object.fromEntries(columns.map(c => [c, 0])));
    target[row[colKey]] += echo(value(row));
  }
  return { columns, table };
}
const orders = lookup('orders');
pivot(orders, 'product', echo('status'), o => o.quantity);
