const encode = s => s.replace(/(.)\1*/g, (run, ch) => (run.length > 1 ? run.length : '') + ch);
const decode = s => s.replace(/(\d+)(\D)/g, (_, n, ch) => ch.repeat(Number(n)));
const original = 'WWWWBBBWWAXYZZZ';
const packed = encode(original);
({ packed, same: decode(packed) === original });
