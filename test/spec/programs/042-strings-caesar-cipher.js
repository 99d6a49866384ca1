const shift = (text, n) => text.replace(/[a-z]/gi, c => {
  const base = c <= 'Z' ? 65 : 97;
  return String.fromCharCode((c.charCodeAt(0) - base + n + 26) % 26 + base);
});
const secret = shift('Attack at Dawn!', 3);
[secret, shift(secret, -3), shift('xyz', 3)];
