const temps = Object.values(lookup('temperatures'));
const days = Object.keys(lookup('temperatures'));
const windowed = temps.map((_, i) => {
  const slice = temps.slice(Math.max(0, i - 2), i + 1);
  return +(slice.reduce((a, b) => add(a, b)) / slice.length).toFixed(2);
});
const lag = temps.map((t, i) => i === 0 ? null : Math.round((t - temps[i - 1]) * 10) / 10);
days.map((day, i) => [day, windowed[i], lag[i]]);
