const text = '2024-01-05: alpha; 2023-12-24: Beta';
const m = /(?<year>\d{4})-(?<month>\d\d)/d.exec(text);
({
  indices: m.indices.groups.month, groups: { ...m.groups }, dotAll: /a.b/s.test('a\nb'),
  modifiers: /(?i:BETA)/.test(text), sets: 'aé1_'.match(/[\p{L}--[a-c]]/v)?.[0], escaped: RegExp.escape('a.b'), unicode: /^.$/u.test('😀'),
});
