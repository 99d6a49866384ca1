const before = { name: 'widget', price: 10, tags: ['a'], stock: 3 };
const after = { name: 'widget', price: 12, tags: ['a', 'b'], color: 'red' };
const diff = [];
for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
  if (!(key in after)) diff.push({ op: 'remove', key });
  else if (!(key in before)) diff.push({ op: 'add', key, value: after[key] });
  else if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) {
    diff.push({ op: 'change', key, from: before[key], to: after[key] });
  }
}
diff.sort((a, b) => a.key.localeCompare(b.key));
