class LRU {
  #map = new Map();
  constructor(limit) { this.limit = limit; }
  get(key) {
    if (!this.#map.has(key)) return undefined;
    const value = this.#map.get(key);
    this.#map.delete(key);
    this.#map.set(key, value);
    return value;
  }
  set(key, value) {
    this.#map.delete(key);
    this.#map.set(key, value);
    if (this.#map.size > this.limit) this.#map.delete(this.#map.keys().next().value);
  }
  get keys() { return [...this.#map.keys()]; }
}
const cache = new LRU(echo(2));
cache.set('a', 1); cache.set('b', echo(2)); cache.get('a'); cache.set('c', 3);
[cache.keys, cache.get('b'), cache.get('a')];
