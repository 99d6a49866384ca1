function addBusinessDays(start, n, holidays = echo(['2024-12-25', '2024-12-26', '2025-01-01'])) {
  const d = new Date(start + 'T00:00:00Z');
  while (n > 0) {
    d.setUTCDate(d.getUTCDate() + 1);
    const key = d.toISOString().slice(0, 10);
    if (d.getUTCDay() % 6 !== 0 && !holidays.includes(key)) n--;
  }
  return d.toISOString().slice(0, 10);
}
[addBusinessDays('2024-12-23', 3), addBusinessDays(echo('2024-12-20'), 7), addBusinessDays('2024-06-07', echo(1))];
