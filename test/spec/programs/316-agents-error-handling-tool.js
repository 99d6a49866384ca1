function safeLookup(key, fallback) {
  try {
    return lookupTable(key);
  } catch (error) {
    return `${fallback} (${error.name}: ${error.message})`;
  } finally {
    checked.push(key);
  }
}
function lookupTable(key) {
  if (key !== 'taxRate') throw new RangeError(`There is no ${key}`);
  return 0.2;
}
const checked = [];
const results = [safeLookup('taxRate', 0), safeLookup('missing', 'default')];
({ results, checked });
