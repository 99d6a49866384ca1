const tests = [];
const test = (name, fn) => { try { fn(); tests.push(`ok ${name}`); } catch (e) { tests.push(`not ok ${name}: ${e.message}`); } };
const assertEqual = (a, b) => { if (JSON.stringify(a) !== JSON.stringify(b)) throw new Error(`${JSON.stringify(a)} != ${JSON.stringify(b)}`); };
test('adds', () => assertEqual(1 + 2, 3));
test('sorts', () => assertEqual([3, 1, 2].sort(), [1, 2, 3]));
test('fails', () => assertEqual({ a: 1 }, { a: 2 }));
tests
