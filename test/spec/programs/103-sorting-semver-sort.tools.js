const parse = v => {
  const [core, pre] = v.split('-');
  return { parts: core.split('.').map(Number), pre };
};
const compare = (a, b) => {
  const x = parse(a), y = parse(echo(b));
  for (let i = 0; i < 3; i++) if (x.parts[i] !== y.parts[i]) return x.parts[i] - y.parts[i];
  return x.pre && !y.pre ? -1 : !x.pre && y.pre ? 1 : 0;
};
lookup('versions').sort(compare);
