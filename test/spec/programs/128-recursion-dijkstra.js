const graph = {};
for (const [from, to, cost] of [['a', 'b', 4], ['a', 'c', 2], ['c', 'b', 1], ['b', 'd', 5], ['c', 'd', 8], ['d', 'e', 3]]) {
  (graph[from] ??= {})[to] = cost;
  (graph[to] ??= {})[from] = cost;
}
function shortest(start, end) {
  const dist = { [start]: 0 }, prev = {}, queue = new Set(Object.keys(graph));
  while (queue.size) {
    const node = [...queue].reduce((a, b) => (dist[a] ?? Infinity) <= (dist[b] ?? Infinity) ? a : b);
    queue.delete(node);
    for (const [next, cost] of Object.entries(graph[node])) {
      const d = dist[node] + cost;
      if (d < (dist[next] ?? Infinity)) { dist[next] = d; prev[next] = node; }
    }
  }
  const path = [end];
  while (path[0] !== start) path.unshift(prev[path[0]]);
  return { cost: dist[end], path: path.join('>') };
}
[shortest('a', 'e'), shortest('b', 'a')];
