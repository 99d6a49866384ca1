const scores = [88, 92, 79, 65, 95, 70, 88, 54];
const sorted = scores.toSorted((a, b) => b - a);
const podium = sorted.slice(0, 3).toReversed();
const fixed = scores.with(-1, 60).toSpliced(1, 1);
[podium, fixed, scores.length];
