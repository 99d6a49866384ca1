const raw = [0, 1, echo(''), 'ok', null, undefined, NaN, false, [], {}];
const compact = raw.filter(Boolean);
const nullish = raw.map(x => x ?? 'default').filter(x => x === echo('default')).length;
const falsy = raw.map(x => x || echo('default')).filter(x => x === 'default').length;
({ kept: compact.length, nullish, falsy, kinds: raw.map(x => Object.prototype.toString.call(x).slice(8, -1)) });
