// What a program leaves behind, the next one of its session finds:
// values, functions, classes.
const basket = []
function add(name, price) {
  basket.push({ name, price })
  return basket.length
}
add('pen', 2)
