const names = ['Zoë', 'adam', 'Émile', 'bob', 'Åsa', 'eve', 'Adam', 'öst'];
({
  codeUnits: [...names].sort(),
  locale: [...names].sort((a, b) => a.localeCompare(b)),
  base: [...names].sort((a, b) => a.localeCompare(b, 'en', { sensitivity: 'base' })),
  swedish: [...names].sort(new Intl.Collator('sv').compare),
});
