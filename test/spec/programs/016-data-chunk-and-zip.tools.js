const chunk = (list, size) => Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
const zip = (...lists) => lists[0].map((_, i) => lists.map(list => list[i]));
const numbers = lookup('numbers');
({ chunks: chunk(numbers, echo(3)), zipped: zip(['a', 'b', 'c'], numbers, [true, false, echo(null)]) });
