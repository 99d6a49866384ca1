const bisect = (list, x) => {
  let low = 0, high = list.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (echo(list[mid]) < x) low = mid + 1; else high = mid;
  }
  return low;
};
const sorted = [];
for (const n of lookup('numbers')) sorted.splice(bisect(sorted, n), 0, n);
const found = [3, 4, 12].map(x => sorted[bisect(sorted, x)] === x);
return { sorted, found };
