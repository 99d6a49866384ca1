const isLeap = y => (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
const viaDate = y => new Date(y, 1, 29).getMonth() === 1;
const years = [1900, 2000, 2023, echo(2024), 2100];
years.map(y => [y, isLeap(echo(y)), viaDate(y)]);
