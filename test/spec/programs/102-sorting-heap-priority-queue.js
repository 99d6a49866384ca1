class MinHeap {
  constructor(compare) { this.items = []; this.compare = compare; }
  push(x) {
    const a = this.items;
    let i = a.push(x) - 1;
    while (i > 0) {
      const p = (i - 1) >> 1;
      if (this.compare(a[i], a[p]) >= 0) break;
      [a[i], a[p]] = [a[p], a[i]];
      i = p;
    }
  }
  pop() {
    const a = this.items, top = a[0], last = a.pop();
    if (a.length) {
      a[0] = last;
      for (let i = 0; ;) {
        let m = i;
        for (const c of [2 * i + 1, 2 * i + 2]) if (c < a.length && this.compare(a[c], a[m]) < 0) m = c;
        if (m === i) break;
        [a[i], a[m]] = [a[m], a[i]];
        i = m;
      }
    }
    return top;
  }
}
const heap = new MinHeap((a, b) => a.priority - b.priority);
for (const [name, priority] of [['low', 9], ['urgent', 1], ['mid', 5], ['soon', 2]]) heap.push({ name, priority: priority });
const order = [];
while (heap.items.length) order.push(heap.pop().name);
order;
