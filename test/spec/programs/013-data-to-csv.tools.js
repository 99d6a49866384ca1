const rows = lookup('products')
const columns = ['sku', 'name', 'price', 'tags']
const escape = value => {
  const text = Array.isArray(value) ? value.join('|') : String(echo(value))
  return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text
}
const csv = [columns.join(','), ...rows.map(row => columns.map(c => escape(row[c])).join(','))].join('\n')
csv
