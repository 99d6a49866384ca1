class Account {
  #balance = 0;
  #log = [];
  static #count = 0;
  constructor(owner) { this.owner = owner; Account.#count++; }
  deposit(amount) {
    if (amount <= 0) throw new RangeError('Amount must be positive');
    this.#balance = add(this.#balance, amount);
    this.#note('deposit', amount);
    return this;
  }
  #note(type, amount) { this.#log.push({ type, amount, balance: this.#balance }); }
  get balance() { return echo(this.#balance); }
  get history() { return [...this.#log]; }
  static get count() { return Account.#count; }
  static isAccount(x) { return #balance in x; }
}
const a = new Account('Ada').deposit(100).deposit(echo(50));
let error;
try { a.deposit(-1); } catch (e) { error = `${e.name}: ${e.message}`; }
({ balance: a.balance, history: a.history, count: Account.count, checks: [Account.isAccount(a), Account.isAccount({})], error, keys: Object.keys(a) });
