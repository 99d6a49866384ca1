const original = { date: new Date(5), map: new Map([['k', new Set([1])]]), list: [1, , echo(3)], nested: { re: /a/gi, buf: new Uint8Array([1, 2]) } };
original.self = original.nested;
const copy = structuredClone(original);
copy.map.get('k').add(echo(2));
let error;
try { structuredClone(() => {}); } catch (e) { error = e.name; }
[copy, original.map.get('k').size, copy.self === copy.nested, copy.date instanceof Date, 1 in copy.list, error];
