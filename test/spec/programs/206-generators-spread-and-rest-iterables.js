const max = (...n) => Math.max(...n, ...new Set([7, 7, 3]));
const [head, , third = 'none', ...tail] = (function* () { yield* 'ab'; })();
const merged = [...'hi', ...new Map([[1, 2]]), ...Array.from({ length: 2 }, (_, i) => i)];
({ max: max(1, 5), head, third, tail, merged });
