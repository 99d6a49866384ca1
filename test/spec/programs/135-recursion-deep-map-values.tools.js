const mapDeep = (value, fn) => Array.isArray(value) ? value.map(v => mapDeep(v, fn))
  : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, mapDeep(v, fn)]))
  : fn(value);
mapDeep(lookup('config'), v => typeof v === 'number' ? add(v, v) : v);
