const flatten = list => list.reduce((out, x) => Array.isArray(x) ? out.concat(flatten(x)) : [...out, echo(x)], []);
const nested = [1, [2, [3, [4, [echo(5)]]]], [], [[['x']]]];
({ mine: flatten(nested), builtIn: nested.flat(Infinity), shallow: nested.flat().length });
