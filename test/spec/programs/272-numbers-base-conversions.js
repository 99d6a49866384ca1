const toBase = (n, b) => n < b ? '0123456789abcdefghijklmnopqrstuvwxyz'[n] : toBase(Math.floor(n / b), b) + toBase(n % b, b);
const values = [10, 255, 4096];
values.map(n => ({ bin: toBase(n, 2), oct: toBase(n, 8), hex: toBase(n, 16), same: toBase(n, 36) === n.toString(36), back: parseInt(n.toString(7), 7) }));
