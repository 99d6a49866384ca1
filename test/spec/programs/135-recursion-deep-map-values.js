const mapDeep = (value, fn) => Array.isArray(value) ? value.map(v => mapDeep(v, fn))
  : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, mapDeep(v, fn)]))
  : fn(value);
mapDeep({ host: 'localhost', port: 8080, debug: false, retry: { times: 3, backoffMs: 100 } }, v => typeof v === 'number' ? v * 2 : v);
