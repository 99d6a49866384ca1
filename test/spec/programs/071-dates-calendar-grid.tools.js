const year = echo(2024), month = 2; // March
const first = new Date(Date.UTC(year, month - 1, 1));
const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
let text = 'Mo Tu We Th Fr Sa Su\n' + '   '.repeat((first.getUTCDay() + 6) % 7);
for (let d = 1; d <= days; d++) {
  text += String(d).padStart(2) + ((first.getUTCDay() + 6 + d) % 7 === 0 ? '\n' : ' ');
}
text.trimEnd();
