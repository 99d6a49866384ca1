const total = node => node.size ?? node.children.reduce((sum, child) => sum + total(child), 0);
const paths = (node, base = '') => node.children
  ? node.children.flatMap(c => paths(c, `${base}${node.name}/`))
  : [`${base}${node.name} (${node.size})`];
const tree = {
  name: 'root',
  children: [
    {
      name: 'src',
      children: [
        { name: 'index.js', size: 120 },
        { name: 'lib', children: [{ name: 'a.js', size: 40 }] },
      ],
    },
    { name: 'readme.md', size: 15 },
  ],
};
({ total: total(tree), paths: paths(tree) });
