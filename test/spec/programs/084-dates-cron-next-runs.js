const cron = { minute: [0, 30], hour: [9, 17] };
const next = (from, count) => {
  const runs = [];
  const d = new Date(from);
  d.setUTCSeconds(0, 0);
  while (runs.length < count) {
    d.setUTCMinutes(d.getUTCMinutes() + 1);
    if (cron.minute.includes(d.getUTCMinutes()) && cron.hour.includes(d.getUTCHours())) runs.push(d.toISOString().slice(5, 16));
  }
  return runs;
};
next('2024-02-28T16:45:12Z', 4);
