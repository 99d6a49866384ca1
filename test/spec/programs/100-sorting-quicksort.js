const quicksort = list => {
  if (list.length < 2) return list;
  const [pivot, ...rest] = list;
  return [...quicksort(rest.filter(x => x < pivot)), pivot, ...quicksort(rest.filter(x => x >= pivot))];
};
quicksort([5, 3, 9, 1, 12, 7, 3, 8]);
