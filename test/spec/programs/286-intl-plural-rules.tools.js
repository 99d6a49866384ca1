const plural = new Intl.PluralRules('en-US');
const ordinal = new Intl.PluralRules('en-US', { type: 'ordinal' });
const suffix = { one: 'st', two: 'nd', few: 'rd', other: 'th' };
const items = n => `${n} item${plural.select(n) === 'one' ? '' : 's'}`;
[[0, 1, echo(2)].map(items), [1, 2, 3, 4, 11, 21, echo(112)].map(n => n + suffix[ordinal.select(n)])];
