const bisect = (list, x) => {
  let low = 0, high = list.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (list[mid] < x) low = mid + 1; else high = mid;
  }
  return low;
};
const sorted = [];
for (const n of [5, 3, 9, 1, 12, 7, 3, 8]) sorted.splice(bisect(sorted, n), 0, n);
const found = [3, 4, 12].map(x => sorted[bisect(sorted, x)] === x);
return { sorted, found };
