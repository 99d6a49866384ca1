const format = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', year: 'numeric', timeZone: 'UTC' });
const a = new Date(echo('2024-03-05')), b = new Date(Date.UTC(2024, 2, 9));
[format.formatRange(a, b), format.formatRange(a, new Date(Date.UTC(2025, 0, 1))), format.formatRange(echo(a), a)];
