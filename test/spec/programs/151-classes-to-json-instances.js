class Money {
  constructor(cents) { this.cents = cents; }
  toJSON() { return `${(this.cents / 100).toFixed(2)} EUR`; }
}
class Invoice {
  lines = [];
  add(text, cents) { this.lines.push({ text, price: new Money(cents) }); return this; }
  get total() { return new Money(this.lines.reduce((sum, l) => sum + l.price.cents, 0)); }
  toJSON() { return { lines: this.lines, total: this.total }; }
}
const invoice = new Invoice().add('desk', 34900).add('lamp', 2950);
JSON.stringify(invoice, null, 1);
