const total = node => node.size ?? node.children.reduce((sum, child) => sum + total(child), 0);
const paths = (node, base = '') => node.children
  ? node.children.flatMap(c => paths(c, `${base}${echo(node.name)}/`))
  : [`${base}${node.name} (${node.size})`];
const tree = lookup('tree');
({ total: total(tree), paths: paths(tree) });
