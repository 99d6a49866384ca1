// Insert, select, update, delete: plain statements over an asynchronous
// database.
const ids = [
  ['pen', 2],
  ['book', 12],
  ['lamp', 40],
].map(([name, price]) => db_insert(name, price))
const cheap = db_select(20).map(row => row.name)
console.log('cheap:', cheap)
db_update(ids[1], 25)
const stillCheap = db_select({ max_price: 20 }).map(row => row.name)
for (const id of ids) db_delete(id)
final_answer({ cheap, stillCheap, left: db_select().length })
