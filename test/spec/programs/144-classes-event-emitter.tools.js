class Emitter {
  #handlers = new Map();
  on(type, handler) {
    this.#handlers.set(type, [...(this.#handlers.get(type) ?? []), handler]);
    return () => this.#handlers.set(type, this.#handlers.get(type).filter(h => h !== handler));
  }
  once(type, handler) {
    const off = this.on(type, (...args) => { off(); handler(...args); });
  }
  emit(type, ...args) { return (this.#handlers.get(type) ?? []).map(h => h(...args)).length; }
}
const log = [];
const bus = new Emitter();
const off = bus.on('data', x => log.push(echo(`a${x}`)));
bus.once('data', x => log.push(`once${echo(x)}`));
const counts = [bus.emit('data', 1), bus.emit('data', 2)];
off();
counts.push(bus.emit('data', 3));
({ log, counts });
