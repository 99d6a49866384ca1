const start = new Date(echo('2024-01-01'));
const schedule = { start, end: new Date(start.getTime() + echo(90 * 60000)), days: new Set([1, 3, 5]) };
schedule;
