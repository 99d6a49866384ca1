const n = echo(1234567.891);
[
  n.toLocaleString(), n.toLocaleString('de-DE'), n.toLocaleString('en-IN'), n.toLocaleString('fr-FR', { maximumFractionDigits: 0 }),
  (0.256).toLocaleString('en-US', { style: 'percent', minimumFractionDigits: 1 }), (42).toLocaleString(undefined, { minimumIntegerDigits: 4, useGrouping: false }),
  new Intl.NumberFormat('en-US', { notation: 'compact' }).format(echo(n)), new Intl.NumberFormat('en', { style: 'unit', unit: 'kilometer-per-hour' }).format(50),
  (12345678901234567890n).toLocaleString('en-US'), NaN.toLocaleString(), (-0.5).toLocaleString('en', { signDisplay: 'always' }),
];
