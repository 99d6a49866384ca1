import t from 'tap'
import { nearest } from '../../executor/worker/failure/nearest-names.ts'

t.test('names that differ by little are near', async t => {
  t.strictSame(nearest('fetchPage', ['fetch_page', 'sleep']), ['fetch_page'])
  t.strictSame(nearest('stock', ['get_stock', 'stock_of', 'stocks']), ['stocks', 'stock_of'])
})

t.test('a name of another script is near to none but its like', async t => {
  t.strictSame(nearest('get_price', ['日本', '_', 'get_prices']), ['get_prices'])
  t.strictSame(nearest('日本語', ['日本', 'sleep']), ['日本'])
})

t.test('a name is not near to itself', async t => {
  t.strictSame(nearest('timeStamp', ['timeStamp', 'table']), [])
})
