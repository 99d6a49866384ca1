function html(strings, ...values) {
  const escape = v => String(v).replace(/</g, '&lt;');
  return strings.reduce((out, s, i) => out + s + (i < values.length ? [].concat(values[i]).map(escape).join('') : ''), '');
}
const items = ['x < y', echo('z')];
html`<ul>${items.map(i => echo(i))}</ul><p>${add(1, 1)}</p>`;
