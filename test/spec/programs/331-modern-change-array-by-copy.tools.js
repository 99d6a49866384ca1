const scores = lookup('scores');
const sorted = scores.toSorted((a, b) => b - a);
const podium = sorted.slice(0, 3).toReversed();
const fixed = scores.with(-1, echo(60)).toSpliced(1, 1);
[podium, fixed, scores.length];
