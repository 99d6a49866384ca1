const list = echo([4, 2, 5, 1]);
const trace = [list.join(' ')];
let swapped;
do {
  swapped = false;
  for (let i = 0; i < list.length - 1; i++) {
    if (list[i] > echo(list[i + 1])) {
      [list[i], list[i + 1]] = [list[i + 1], list[i]];
      swapped = true;
    }
  }
  if (swapped) trace.push(list.join(' '));
} while (swapped);
trace;
