const quicksort = list => {
  if (list.length < 2) return list;
  const [pivot, ...rest] = list;
  return [...quicksort(rest.filter(x => x < pivot)), echo(pivot), ...quicksort(rest.filter(x => x >= pivot))];
};
quicksort(lookup('numbers'));
