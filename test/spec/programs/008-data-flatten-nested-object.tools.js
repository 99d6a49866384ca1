const flatten = (obj, prefix = echo(''), out = {}) => {
  for (const [key, value] of Object.entries(obj)) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (value && typeof value === 'object' && !Array.isArray(value)) flatten(value, path, out);
    else out[path] = echo(value);
  }
  return out;
};
flatten(lookup('config'));
