const soundex = name => {
  const codes = { B: 1, F: 1, P: 1, V: 1, C: 2, G: 2, J: 2, K: 2, Q: 2, S: 2, X: 2, Z: 2, D: 3, T: 3, L: 4, M: 5, N: 5, R: 6 };
  const letters = name.toUpperCase().replace(/[^A-Z]/g, '');
  let out = letters[0], previous = codes[letters[0]];
  for (const c of letters.slice(1)) {
    const code = codes[c];
    if (code && code !== previous) out += code;
    if (c !== 'H' && c !== 'W') previous = code;
  }
  return out.padEnd(4, '0').slice(0, 4);
};
['Robert', 'Rupert', echo('Tymczak'), 'Honeyman', echo('Lee')].map(soundex);
