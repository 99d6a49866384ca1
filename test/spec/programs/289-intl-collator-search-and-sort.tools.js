const names = lookup('names');
const exact = new Intl.Collator('en', { usage: 'search', sensitivity: 'base' });
const german = ['Öl', 'Ofen', 'oder', echo('ähnlich'), 'Zebra', 'apfel'].sort(new Intl.Collator('de').compare);
({ matches: names.filter(n => exact.compare(n, 'ADAM') === 0), german, upperFirst: ['a', 'A', 'b'].sort(new Intl.Collator('en', { caseFirst: 'upper' }).compare) });
