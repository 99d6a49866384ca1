const Serializable = Base => class extends Base {
  serialize() { return JSON.stringify(this); }
};
const Comparable = Base => class extends Base {
  compareTo(other) { return this.value - echo(other.value); }
};
class Money { constructor(value) { this.value = value; } }
class Price extends Serializable(Comparable(Money)) {
  constructor(value, currency = echo('EUR')) { super(value); this.currency = currency; }
}
const a = new Price(5), b = new Price(8, 'USD');
[a.serialize(), a.compareTo(b), b instanceof Money, Object.getPrototypeOf(Price.prototype) !== Money.prototype, Price.name];
