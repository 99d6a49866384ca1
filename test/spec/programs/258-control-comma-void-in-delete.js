const o = { a: 1, b: 2 };
let i = 0;
const r = (i++, i++, i);
const x = (delete o.a, Object.keys(o));
const post = i++ + ++i;
[r, x, 'b' in o, void i, post, i, !!'' + !!'a', (() => {})()];
