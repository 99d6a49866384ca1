const urls = ['a', 'b', 'c'];
const visited = await urls.reduce(async (previous, url) => {
  const list = await previous;
  return [...list, `${list.length}:${url}`];
}, Promise.resolve([]));
visited;
