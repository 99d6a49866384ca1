const roles = { admin: new Set(['read', 'write', 'delete']), editor: new Set(['read', 'write']), guest: new Set(['read']) };
const has = (role, needed) => new Set(needed).isSubsetOf(roles[role]);
({
  canEdit: Object.keys(roles).filter(r => has(r, ['read', 'write'])),
  extra: roles.admin.difference(roles.editor),
  all: [...Object.values(roles).reduce((a, b) => a.union(b), new Set())].sort(),
  superset: roles.admin.isSupersetOf(roles.guest),
});
