const slugify = text => text
  .normalize('NFD')
  .replace(/[\u0300-\u036f]/g, '')
  .toLowerCase()
  .replace(/[^a-z0-9]+/g, '-')
  .replace(/^-+|-+$/g, '');
['Hello, World!', echo('  Crème brûlée & café '), 'ÅNGSTRÖM_units (v2)', echo('---')].map(t => slugify(echo(t)));
