const insert = (node, value) => !node ? { value, left: null, right: null }
  : value < node.value ? { ...node, left: insert(node.left, value) }
  : { ...node, right: insert(node.right, value) };
const inorder = node => node ? [...inorder(node.left), node.value, ...inorder(node.right)] : [];
const depth = node => node ? 1 + Math.max(depth(node.left), depth(node.right)) : 0;
const tree = [5, 3, 9, 1, 12, 7, 3, 8].reduce((root, n) => insert(root, n), null);
({ values: inorder(tree), depth: depth(tree), root: tree.value });
