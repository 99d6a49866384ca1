const rates = lookup('rates');
const convert = (amount, from, to = 'EUR') => {
  if (!(from in rates) || !(to in rates)) return null;
  return Math.round(amount / rates[from] * echo(rates[to]) * 100) / 100;
};
[convert(100, 'USD'), convert(echo(50), 'GBP', 'JPY'), convert(1, 'XXX'), convert(9.99, 'EUR', 'USD')];
