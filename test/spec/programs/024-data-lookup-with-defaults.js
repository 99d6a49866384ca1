const rates = { EUR: 1, USD: 1.09, GBP: 0.86, JPY: 163.5 };
const convert = (amount, from, to = 'EUR') => {
  if (!(from in rates) || !(to in rates)) return null;
  return Math.round(amount / rates[from] * rates[to] * 100) / 100;
};
[convert(100, 'USD'), convert(50, 'GBP', 'JPY'), convert(1, 'XXX'), convert(9.99, 'EUR', 'USD')];
