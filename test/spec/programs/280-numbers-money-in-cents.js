const toCents = text => Math.round(parseFloat(text.replace(/[^\d.-]/g, '')) * 100);
const split = (cents, ways) => Array.from({ length: ways }, (_, i) => Math.floor(cents / ways) + (i < cents % ways ? 1 : 0));
const prices = ['$19.99', '$0.10', '$1,005.05', '-$3.30'];
const cents = prices.map(toCents);
({ cents, total: cents.reduce((a, b) => a + b) / 100, naive: 0.1 * 3, parts: split(1000, 3), vat: Math.round(1999 * 0.19) });
