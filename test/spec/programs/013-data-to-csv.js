const rows = [
  { sku: 'KB-1', name: 'keyboard', price: 49.99, stock: 12, tags: ['input', 'office'] },
  { sku: 'MO-7', name: 'mouse', price: 19.95, stock: 0, tags: ['input'] },
  { sku: 'MN-3', name: 'monitor', price: 199.5, stock: 4, tags: ['display', 'office'] },
  { sku: 'DK-9', name: 'desk', price: 349, stock: 2, tags: ['furniture', 'office'] },
]
const columns = ['sku', 'name', 'price', 'tags']
const escape = value => {
  const text = Array.isArray(value) ? value.join('|') : String(value)
  return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text
}
const csv = [columns.join(','), ...rows.map(row => columns.map(c => escape(row[c])).join(','))].join('\n')
csv
