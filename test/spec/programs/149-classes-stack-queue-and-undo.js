class History {
  past = []; future = [];
  constructor(state) { this.state = state; }
  apply(fn) { this.past.push(this.state); this.state = fn(this.state); this.future = []; return this; }
  undo() { if (this.past.length) { this.future.push(this.state); this.state = this.past.pop(); } return this; }
  redo() { if (this.future.length) { this.past.push(this.state); this.state = this.future.pop(); } return this; }
}
const doc = new History('');
doc.apply(s => s + 'Hello').apply(s => s + ', world').apply(s => s.toUpperCase());
const states = [doc.state, doc.undo().state, doc.undo().state, doc.redo().state, doc.apply(s => s + '!').redo().state];
states;
