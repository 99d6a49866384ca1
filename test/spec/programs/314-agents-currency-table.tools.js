const rates = lookup('rates');
const amount = 250;
const table = Object.keys(rates).filter(c => c !== 'EUR').map(currency => ({
  currency,
  value: (amount * echo(rates[currency])).toFixed(currency === 'JPY' ? 0 : 2),
}));
console.table(table);
table;
