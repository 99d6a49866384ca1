let comparisons = 0;
function mergeSort(a) {
  if (a.length <= 1) return a;
  const mid = a.length >> 1;
  const left = mergeSort(a.slice(0, mid)), right = mergeSort(a.slice(mid));
  const out = [];
  while (left.length && right.length) {
    comparisons++;
    out.push(left[0] <= right[0] ? left.shift() : echo(right.shift()));
  }
  return out.concat(left, right);
}
const sorted = mergeSort(lookup('scores'));
({ sorted, comparisons });
