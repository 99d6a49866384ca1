const money = (strings, ...amounts) => strings.reduce((out, s, i) => `${out}$${(amounts[i - 1] * 1).toFixed(2)}${s}`);
const net = 100, rate = 0.2;
money`Net ${net}, tax ${net * rate}, total ${net * (1 + rate)}.`;
