const o = Object.create({ inherited: 1 }, { hidden: { value: 2 }, shown: { value: 3, enumerable: true, writable: true } });
const frozen = Object.freeze({ x: 1, deep: { y: 1 } });
'use strict';
frozen.x = 5; frozen.deep.y = 9;
({
  own: Reflect.ownKeys(o), enumerable: Object.keys(o), all: (() => { const r = []; for (const k in o) r.push(k); return r; })(),
  set: Reflect.set(o, 'hidden', 5), hidden: o.hidden, has: Reflect.has(o, 'inherited'), frozen,
  made: Reflect.construct(Date, [0]).toISOString(), descriptor: Object.getOwnPropertyDescriptor(o, 'shown'),
});
