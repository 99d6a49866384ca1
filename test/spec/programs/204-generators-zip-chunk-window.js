function* zip(...its) {
  const iterators = its.map(i => i[Symbol.iterator]());
  while (true) {
    const results = iterators.map(i => i.next());
    if (results.some(r => r.done)) return;
    yield results.map(r => r.value);
  }
}
function* windows(list, size) { for (let i = 0; i + size <= list.length; i++) yield list.slice(i, i + size); }
const letters = 'abcd';
({ zipped: [...zip(letters, new Set([1, 2, 3]), [true, false, null, 0])], windows: [...windows([...letters], 3)].map(w => w.join('')) });
