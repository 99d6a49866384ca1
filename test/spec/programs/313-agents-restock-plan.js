const products = [
  { sku: 'KB-1', name: 'keyboard', price: 49.99, stock: 12, tags: ['input', 'office'] },
  { sku: 'MO-7', name: 'mouse', price: 19.95, stock: 0, tags: ['input'] },
  { sku: 'MN-3', name: 'monitor', price: 199.5, stock: 4, tags: ['display', 'office'] },
  { sku: 'DK-9', name: 'desk', price: 349, stock: 2, tags: ['furniture', 'office'] },
];
const target = 5;
const plan = [];
for (const p of products) {
  const missing = Math.max(0, target - p.stock);
  if (missing > 0) {
    plan.push({ sku: p.sku, order: missing, cost: Math.round(missing * p.price * 100) / 100 });
  }
}
const total = plan.reduce((sum, { cost }) => sum + cost, 0);
return { plan, total, affordable: total < 1000 };
