const ids = [3, 1, 2];
const loaded = await Promise.all(ids.map(async id => {
  await Promise.resolve();
  return { id, square: id * id };
}));
loaded.map(x => x.square);
