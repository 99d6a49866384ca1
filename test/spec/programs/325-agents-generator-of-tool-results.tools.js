function* readAll(keys) {
  for (const key of keys) {
    const value = lookup(key);
    yield [key, value];
  }
}
const loaded = Object.fromEntries(readAll(['taxRate', 'config']));
const { config: { port }, taxRate } = loaded;
`${port}/${taxRate}`;
