function* readAll(keys) {
  for (const key of keys) {
    const value = { taxRate: 0.2, config: { port: 8080 } }[key];
    yield [key, value];
  }
}
const loaded = Object.fromEntries(readAll(['taxRate', 'config']));
const { config: { port }, taxRate } = loaded;
`${port}/${taxRate}`;
