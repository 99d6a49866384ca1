const key = {};
const map = new Map([[key, 'object'], [NaN, 'nan'], ['1', 'string'], [1, 'number']]);
map.set(0, 'zero').set(-0, 'minus zero');
map.delete('1');
const inverted = new Map([...map].filter(([k]) => typeof k === 'number').map(([k, v]) => [v, k]));
[map.get(key), map.get({}), map.get(NaN), map.get(0), map.size, inverted];
