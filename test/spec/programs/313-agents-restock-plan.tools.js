const products = lookup('products');
const target = 5;
const plan = [];
for (const p of products) {
  const missing = Math.max(0, target - echo(p.stock));
  if (missing > 0) {
    plan.push({ sku: p.sku, order: missing, cost: Math.round(missing * p.price * 100) / 100 });
  }
}
const total = plan.reduce((sum, { cost }) => sum + cost, 0);
return { plan, total, affordable: total < echo(1000) };
