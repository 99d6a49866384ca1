function* averager() {
  let total = 0, count = 0, average;
  while (true) {
    const n = yield average;
    if (n === undefined) return { total, count };
    total += n;
    average = total / ++count;
  }
}
const it = averager();
it.next();
const seen = [10, 20, 60].map(n => it.next(n).value);
[seen, it.next().value, it.next()];
