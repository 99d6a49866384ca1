[
  'I'.toLocaleLowerCase('tr'), 'i'.toLocaleUpperCase('tr'), 'ß'.toUpperCase(), 'İ'.toLowerCase().length, 'ǆ'.toUpperCase(), 'ΑΣ'.toLowerCase(),
  'a'.localeCompare('b'), 'résumé'.localeCompare('resume'), 'a'.localeCompare('A'), 'a'.localeCompare('á', 'en', { sensitivity: 'base' }), '2'.localeCompare('10', undefined, { numeric: true }),
];
