const Level = Object.freeze({
  LOW: 1, MID: 2, HIGH: 3,
  name(value) { return Object.keys(this).find(k => this[k] === value); },
});
class Color {
  static RED = new Color('red', '#f00');
  static BLUE = new Color('blue', '#00f');
  constructor(name, hex) { this.name = name; this.hex = hex; Object.freeze(this); }
  static values() { return Object.values(Color).filter(v => v instanceof Color); }
}
Level.LOW = 99;
[Level.name(2), Level.LOW, Color.values().map(c => c.hex), Object.isFrozen(Color.RED)];
