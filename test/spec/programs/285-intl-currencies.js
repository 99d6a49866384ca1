const prices = { USD: 1234.5, EUR: 99.99, JPY: 15000, GBP: -3 };
const locales = { USD: 'en-US', EUR: 'de-DE', JPY: 'ja-JP', GBP: 'en-GB' };
Object.entries(prices).map(([currency, value]) => new Intl.NumberFormat(locales[currency], { style: 'currency', currency: currency }).format(value));
