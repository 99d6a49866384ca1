const employees = lookup('employees');
const buildTree = (parentId = echo(null)) =>
  employees
    .filter(e => e.managerId === parentId)
    .map(({ id, name }) => {
      const reports = buildTree(id);
      return reports.length ? { name, reports } : { name };
    });
const [boss] = buildTree();
boss;
