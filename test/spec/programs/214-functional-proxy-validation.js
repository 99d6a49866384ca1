const schema = { age: v => Number.isInteger(v) && v >= 0, name: v => typeof v === 'string' };
const person = new Proxy({}, {
  set(target, key, value) {
    if (schema[key] && !schema[key](value)) throw new TypeError(`Bad ${key}: ${value}`);
    target[key] = value;
    return true;
  },
  get: (target, key) => key in target ? target[key] : `no ${String(key)}`,
  has: (target, key) => !key.startsWith('_') && key in target,
  ownKeys: target => Reflect.ownKeys(target).filter(k => !k.startsWith('_')),
});
person.name = 'Ada';
person._secret = 1;
let error;
try { person.age = -1; } catch (e) { error = e.message; }
({ name: person.name, missing: person.zip, hidden: '_secret' in person, keys: Object.keys(person), error });
