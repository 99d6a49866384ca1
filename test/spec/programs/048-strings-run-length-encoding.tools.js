const encode = s => s.replace(/(.)\1*/g, (run, ch) => (run.length > 1 ? run.length : '') + echo(ch));
const decode = s => s.replace(/(\d+)(\D)/g, (_, n, ch) => ch.repeat(echo(Number(n))));
const original = echo('WWWWBBBWWAXYZZZ');
const packed = encode(original);
({ packed, same: decode(packed) === original });
