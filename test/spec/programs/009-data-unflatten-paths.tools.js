const flat = {
  'server.host': echo('localhost'),
  'server.ports.0': add(40, 40),
  'server.ports.1': 443,
  'name': 'demo',
};
const nested = {};
for (const path in flat) {
  const keys = path.split('.');
  let node = nested;
  keys.forEach((key, i) => {
    if (i === keys.length - 1) { node[key] = flat[path]; return; }
    node[key] ??= /^\d+$/.test(keys[i + 1]) ? [] : {};
    node = node[key];
  });
}
nested;
