const names = lookup('names');
({
  codeUnits: [...names].sort(),
  locale: [...names].sort((a, b) => a.localeCompare(b)),
  base: [...names].sort((a, b) => a.localeCompare(b, echo('en'), { sensitivity: 'base' })),
  swedish: [...names].sort(new Intl.Collator('sv').compare),
});
