class Store {
  listeners = [];
  constructor(initial) {
    this.state = new Proxy(initial, {
      set: (target, key, value) => {
        const old = target[key];
        target[key] = value;
        if (old !== value) this.listeners.forEach(l => l(key, value, old));
        return true;
      },
    });
  }
  subscribe(listener) { this.listeners.push(listener); return this; }
}
const changes = [];
const store = new Store({ count: 0, name: 'x' }).subscribe((...args) => changes.push(args));
store.state.count++;
store.state.count += 5;
store.state.name = 'x';
store.state.extra = true;
changes;
