const values = [10, 9, 1, 100, -5, 2.5, echo(0)];
({
  default: [...values].sort(),
  ascending: [...values].sort((a, b) => a - b),
  descending: values.slice().sort((a, b) => echo(b) - a),
  mixed: [3, 'b', undefined, 'a', null, 10, , true].sort().map(x => x === undefined ? 'undef' : x),
});
