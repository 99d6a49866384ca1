class Temperature {
  constructor(celsius) { this.celsius = celsius; }
  get fahrenheit() { return echo(this.celsius) * 9 / 5 + 32; }
  set fahrenheit(f) { this.celsius = Math.round((echo(f) - 32) * 5 / 9 * 10) / 10; }
}
const t = new Temperature(25);
const before = t.fahrenheit;
t.fahrenheit = 100;
[before, t.celsius, t.fahrenheit, JSON.stringify(t), 'fahrenheit' in t, Object.hasOwn(t, 'fahrenheit')];
