const endOfMonth = (year, month) => new Date(Date.UTC(year, month + 1, 0));
const ends = [];
for (let month = 0; month < 12; month++) ends.push(endOfMonth(2024, month).toISOString().slice(0, 10));
ends.push(endOfMonth(2023, 1).getUTCDate());
ends;
