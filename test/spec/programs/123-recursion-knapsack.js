const items = [{ w: 1, v: 15 }, { w: 5, v: 10 }, { w: 3, v: 9 }, { w: 4, v: 5 }];
const best = (i, room) => {
  if (i === items.length) return { value: 0, taken: [] };
  const skip = best(i + 1, room);
  if (items[i].w > room) return skip;
  const take = best(i + 1, room - items[i].w);
  return take.value + items[i].v > skip.value ? { value: take.value + items[i].v, taken: [i, ...take.taken] } : skip;
};
best(0, 8);
