const steps = [x => x + 1, x => x * 2, x => x - 3, Math.abs, String, s => s.split(''), a => a.reverse(), a => a.join('')];
const run = (input, fns) => fns.reduce((value, fn) => fn(value), input);
[run(10, steps), run(-200, steps), [[1], [2], [3]].reduceRight((a, b) => a.concat(b))];
