const tree = { v: 4, l: { v: 2, l: { v: 1 }, r: { v: 3 } }, r: { v: 6, l: { v: 5 } } };
function* inOrder(n) { if (n) { yield* inOrder(n.l); yield n.v; yield* inOrder(n.r); } }
function* breadthFirst(root) {
  const queue = [root];
  while (queue.length) {
    const node = queue.shift();
    yield node.v;
    queue.push(...[node.l, node.r].filter(Boolean));
  }
}
[[...inOrder(tree)], [...breadthFirst(tree)]];
