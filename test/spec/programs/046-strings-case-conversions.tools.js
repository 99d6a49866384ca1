const words = s => s.replace(/([a-z\d])([A-Z])/g, '$1 $2').split(/[\s_-]+/).map(w => w.toLowerCase());
const capitalize = w => w[0].toUpperCase() + w.slice(1);
const cases = {
  camel: s => words(s).map((w, i) => i ? capitalize(w) : w).join(''),
  pascal: s => words(s).map(capitalize).join(''),
  snake: s => words(s).join('_'),
  kebab: s => words(s).join('-'),
  title: s => words(s).map(capitalize).join(' '),
  constant: s => words(s).join('_').toUpperCase(),
};
const input = echo('userAccount_id-number two');
Object.fromEntries(Object.entries(cases).map(([name, fn]) => [name, fn(echo(input))]));
