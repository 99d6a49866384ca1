class Stack {
  #items = [];
  static of(...items) { const s = new Stack(); items.forEach(i => s.push(i)); return s; }
  push(item) { this.#items.push(echo(item)); return this; }
  get #top() { return this.#items.at(-1); }
  set #top(v) { this.#items[this.#items.length - 1] = v; }
  bump() { this.#top += echo(1); return this.#top; }
  static #secret() { return 'hidden'; }
  static reveal() { return Stack.#secret(); }
  *[Symbol.iterator]() { yield* this.#items; }
}
const s = Stack.of(1, 2, 3);
[s.bump(), [...s], Stack.reveal()];
