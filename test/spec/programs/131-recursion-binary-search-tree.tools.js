const insert = (node, value) => !node ? { value, left: null, right: null }
  : value < node.value ? { ...node, left: insert(node.left, value) }
  : { ...node, right: insert(node.right, value) };
const inorder = node => node ? [...inorder(node.left), node.value, ...inorder(node.right)] : [];
const depth = node => node ? 1 + Math.max(depth(node.left), depth(node.right)) : 0;
const tree = lookup('numbers').reduce((root, n) => insert(root, echo(n)), null);
({ values: inorder(tree), depth: depth(tree), root: tree.value });
