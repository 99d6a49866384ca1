const money = (strings, ...amounts) => strings.reduce((out, s, i) => `${out}$${(amounts[i - 1] * 1).toFixed(2)}${s}`);
const net = echo(100), rate = lookup('taxRate');
money`Net ${net}, tax ${net * rate}, total ${echo(net * (1 + rate))}.`;
