const registered = Symbol.for('app.id');
const local = Symbol('local');
const holder = { [registered]: 1, [local]: 2, plain: 3 };
[Symbol.for('app.id') === registered, Symbol.keyFor(registered), local.description, Object.keys(holder), JSON.stringify(holder), holder[registered] + holder[local], typeof Symbol.iterator];
