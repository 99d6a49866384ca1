const text = echo('Released 2024-03-01, patched 2024-04-15 and retired 2025-12-31.');
const re = /(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})/g;
const found = Array.from(text.matchAll(re), m => ({ ...m.groups, index: echo(m.index) }));
found;
