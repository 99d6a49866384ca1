const temperatures = lookup('temperatures');
const average = Object.values(temperatures).reduce((a, b) => a + b, 0) / Object.keys(temperatures).length;
const advice = t => t > 22 ? 'shorts' : t > 19 ? 'jeans' : 'coat';
const week = Object.entries(temperatures).map(([day, t]) => `${day}: ${echo(advice(t))}`);
const hottest = Object.keys(temperatures).reduce((a, b) => temperatures[a] > temperatures[b] ? a : b);
if (average > echo(20)) {
  ({ average: average.toFixed(1), week, hottest });
} else {
  'a cold week';
}
