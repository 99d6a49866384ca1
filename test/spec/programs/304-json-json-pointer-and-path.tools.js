const doc = echo({ store: { books: [{ title: 'A', price: 8 }, { title: 'B/C', price: 12 }], 'a~b': 1 } });
const pointer = (node, path) => path.split('/').slice(1).map(p => p.replace(/~1/g, '/').replace(/~0/g, '~')).reduce((n, k) => n?.[k], node);
const set = (node, [k, ...rest], value) => Array.isArray(node) ? node.with(k, rest.length ? set(node[k], rest, value) : value) : { ...node, [k]: rest.length ? set(node[k] ?? {}, rest, value) : value };
[pointer(doc, '/store/books/1/title'), pointer(doc, echo('/store/a~0b')), pointer(doc, '/nope/x'), set(doc, ['store', 'books', 0, 'price'], echo(9)).store.books[0], doc.store.books[0].price];
