function nthWeekday(year, month, weekday, n) {
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  return new Date(Date.UTC(year, month - 1, 1 + ((weekday - first + 7) % 7) + (n - 1) * 7));
}
const thanksgiving = nthWeekday(2024, 11, 4, 4);
const labor = nthWeekday(2025, 9, 1, 1);
[thanksgiving, labor].map(d => d.toUTCString().slice(0, 16));
