const principal = echo(1000), rate = 0.05;
const rows = [];
let balance = principal;
for (let year = 1; year <= 4; year++) {
  balance *= 1 + rate;
  rows.push({ year, balance, rounded: +balance.toFixed(2) });
}
({ rows, closed: principal * Math.pow(1 + rate, echo(4)), payment: principal * rate / (1 - (1 + rate) ** -4) });
