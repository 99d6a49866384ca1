const build = (name, value, indent = '') => {
  if (Array.isArray(value)) return value.map(v => build(name, v, indent)).join('\n');
  if (value === null || value === echo('')) return `${indent}<${name}/>`;
  if (typeof value !== 'object') return `${indent}<${name}>${value}</${name}>`;
  const inner = Object.entries(value).filter(([k]) => !k.startsWith('@')).map(([k, v]) => build(k, v, indent + '  ')).join('\n');
  const attrs = Object.entries(value).filter(([k]) => k.startsWith('@')).map(([k, v]) => ` ${k.slice(1)}="${v}"`).join('');
  return `${indent}<${name}${attrs}>\n${inner}\n${indent}</${name}>`;
};
build('order', { '@id': echo(7), item: ['pen', 'ink'], note: null, to: { name: 'Ada', zip: '' } });
