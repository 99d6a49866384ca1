const defaultDict = make => new Proxy({}, { get: (t, k) => (t[k] ??= make(k)) });
const groups = defaultDict(() => []);
for (const w of ['pear', 'apple', 'fig', 'banana', 'kiwi', 'cherry', 'apple']) groups[w[0]].push(w);
const path = (keys = []) => new Proxy(() => {}, { get: (_, k) => path([...keys, k]), apply: (_, __, [q]) => `/${keys.join('/')}?q=${q}` });
[{ ...groups }, path().api.users.search('x')];
