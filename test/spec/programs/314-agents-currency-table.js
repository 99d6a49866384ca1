const rates = { EUR: 1, USD: 1.09, GBP: 0.86, JPY: 163.5 };
const amount = 250;
const table = Object.keys(rates).filter(c => c !== 'EUR').map(currency => ({
  currency,
  value: (amount * rates[currency]).toFixed(currency === 'JPY' ? 0 : 2),
}));
console.table(table);
table;
