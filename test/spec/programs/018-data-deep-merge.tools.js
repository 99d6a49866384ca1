function merge(target, ...sources) {
  for (const source of sources) {
    for (const [key, value] of Object.entries(source)) {
      target[key] = isPlain(value) && isPlain(target[key]) ? merge({ ...target[key] }, value) : value;
    }
  }
  return target;
}
function isPlain(x) { return typeof x === 'object' && x !== null && !Array.isArray(x); }

const defaults = lookup('config');
merge({}, defaults, { port: echo(9000), retry: { times: 5 } }, echo({ debug: true, tags: ['x'] }));
