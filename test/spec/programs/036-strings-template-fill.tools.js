const template = 'Dear {{name}}, your order #{{ order.id }} of {{order.total}} ships {{when}}.';
const data = { name: echo('Ada'), order: { id: echo(101), total: '€99.98' } };
const filled = template.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (match, path) => {
  const value = path.split('.').reduce((node, key) => node?.[key], data);
  return value === undefined ? match : echo(value);
});
filled;
