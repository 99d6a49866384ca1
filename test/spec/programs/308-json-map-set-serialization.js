const state = { users: new Map([['ada', { roles: new Set(['admin', 'dev']) }]]), at: new Date(0), big: 12n };
const replacer = function (key, value) {
  const raw = this[key];
  if (raw instanceof Map) return { $map: [...raw] };
  if (raw instanceof Set) return { $set: [...raw] };
  if (raw instanceof Date) return { $date: +raw };
  return typeof raw === 'bigint' ? { $big: `${raw}` } : value;
};
const reviver = (_, v) => v?.$map ? new Map(v.$map) : v?.$set ? new Set(v.$set) : v?.$date !== undefined ? new Date(v.$date) : v?.$big ? BigInt(v.$big) : v;
const text = JSON.stringify(state, replacer);
[text, JSON.parse(text, reviver)];
