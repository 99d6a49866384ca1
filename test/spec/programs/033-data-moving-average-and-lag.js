const temps = Object.values({ mon: 18.5, tue: 21.2, wed: 19, thu: 23.8, fri: 22.1 });
const days = Object.keys({ mon: 18.5, tue: 21.2, wed: 19, thu: 23.8, fri: 22.1 });
const windowed = temps.map((_, i) => {
  const slice = temps.slice(Math.max(0, i - 2), i + 1);
  return +(slice.reduce((a, b) => a + b) / slice.length).toFixed(2);
});
const lag = temps.map((t, i) => i === 0 ? null : Math.round((t - temps[i - 1]) * 10) / 10);
days.map((day, i) => [day, windowed[i], lag[i]]);
