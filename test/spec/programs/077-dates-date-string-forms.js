const d = new Date(Date.UTC(2024, 0, 9, 5, 6, 7, 89));
({
  string: String(d),
  date: d.toDateString(),
  time: d.toTimeString(),
  utc: d.toUTCString(),
  json: JSON.stringify({ at: d }),
  iso: d.toISOString(),
  number: +d,
  primitive: d + 1,
  template: `${new Date(0)}`,
});
