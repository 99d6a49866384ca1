const stamps = [0, 1700000000, echo(1e9), -1];
const out = stamps.map(s => new Date(s * 1000).toISOString());
const zone = new Date(0).getTimezoneOffset();
const copy = new Date(new Date(echo(86400000)));
[...out, zone, copy.getTime(), Date.UTC(2024), new Date(8.64e15).toISOString(), new Date(8.64e15 + 1).getTime()];
