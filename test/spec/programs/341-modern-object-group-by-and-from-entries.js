const words = ['pear', 'apple', 'fig', 'banana', 'kiwi', 'cherry', 'apple'];
const byLength = Object.groupBy(words, w => w.length);
const lengths = Object.fromEntries(Object.entries(byLength).map(([k, v]) => [`len${k}`, v.length]));
const index = Object.fromEntries(new Map(words.map((w, i) => [w, i])));
[lengths, index, Object.getPrototypeOf(byLength), Object.hasOwn(index, 'fig')];
