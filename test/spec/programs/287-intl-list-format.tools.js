const list = echo(['apples', 'pears', 'plums']);
const and = new Intl.ListFormat('en', { style: 'long', type: 'conjunction' });
const or = new Intl.ListFormat('en-GB', { type: 'disjunction' });
[and.format(list), or.format(list), and.format(list.slice(0, echo(2))), and.format([]), new Intl.ListFormat('de').format(list)];
