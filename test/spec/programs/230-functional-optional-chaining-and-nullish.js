const data = { user: { profile: null, getName() { return 'Ada'; }, tags: [] } };
let hits = 0;
const miss = () => { hits++; return 'k'; };
data.user.count ??= 5; data.user.count ||= 9; data.user.count &&= data.user.count + 1;
[
  data?.user?.profile?.city, data.user.getName?.(), data.user.missing?.(), data.nothing?.[miss()].deep.er, data.user.tags?.[0]?.x ?? 'none',
  hits, data.user.count, null ?? undefined ?? 0, (0 || null) ?? 'd', delete data?.user?.tags, 'tags' in data.user,
];
