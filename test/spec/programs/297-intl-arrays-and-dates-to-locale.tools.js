const values = [1234.5, new Date(Date.UTC(2024, 0, 2, 3, 4)), echo(98765)];
[values.toLocaleString('en-US'), [1000, null, 'x'].toLocaleString(), new Date(NaN).toLocaleString(), (1e21).toLocaleString('en-US'), (123.456).toLocaleString('en-US', { maximumSignificantDigits: echo(2) })];
