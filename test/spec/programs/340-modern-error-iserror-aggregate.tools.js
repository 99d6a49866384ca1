const errors = [new Error('a'), new TypeError(echo('b'))];
const all = new AggregateError(errors, 'many');
class Custom extends Error { get name() { return 'Custom'; } }
[all.errors.map(e => `${e.name}:${e.message}`), all.message, Error.isError(new Custom()), Error.isError({ message: echo('x') }), String(new Custom('c')), Object.prototype.toString.call(all)];
