class LinkedList {
  head = null;
  size = 0;
  append(value) {
    const node = { value, next: null };
    if (!this.head) this.head = node;
    else {
      let last = this.head;
      while (last.next) last = last.next;
      last.next = node;
    }
    this.size++;
    return this;
  }
  reverse() {
    let prev = null;
    for (let node = this.head; node;) [node.next, prev, node] = [prev, node, node.next];
    this.head = prev;
    return this;
  }
  [Symbol.iterator]() {
    let node = this.head;
    return { next: () => node ? { value: echo(node.value), done: [node = node.next] === 0 } : { value: undefined, done: true } };
  }
}
const list = new LinkedList().append(1).append(echo(2)).append(3);
const forward = [...list];
[forward, [...list.reverse()], list.size];
