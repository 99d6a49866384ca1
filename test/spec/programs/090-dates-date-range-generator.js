function* range(from, to, stepDays = 1) {
  for (const d = new Date(from); d <= to; d.setUTCDate(d.getUTCDate() + stepDays)) yield new Date(d);
}
[...range(new Date('2024-02-26'), new Date('2024-03-02'))].map(d => d.getUTCDate()).concat([...range(new Date(0), new Date(9e8), 5)].length);
