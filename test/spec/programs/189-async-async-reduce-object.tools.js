const keys = ['USD', 'GBP'];
const rates = {};
await Promise.all(keys.map(async key => { rates[key] = (await lookup('rates'))[key]; }));
Object.fromEntries(Object.entries(rates).sort());
