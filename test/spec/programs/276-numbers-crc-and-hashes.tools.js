function crc32(text) {
  let crc = ~0;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (~crc >>> 0).toString(16);
}
const djb2 = s => [...s].reduce((h, c) => ((h << 5) + h + c.charCodeAt(0)) | 0, 5381);
const fnv = s => [...s].reduce((h, c) => Math.imul(h ^ c.charCodeAt(0), 16777619) >>> 0, 2166136261);
[echo('hello'), '', 'The quick brown fox'].map(s => [crc32(echo(s)), djb2(s), fnv(s)]);
