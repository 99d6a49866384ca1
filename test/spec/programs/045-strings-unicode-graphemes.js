const text = 'naïve 👩‍👩‍👧 café\u0301 日本';
({
  units: text.length,
  points: [...text].length,
  upper: text.toUpperCase(),
  codes: Array.from('é👍', c => 'U+' + c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')),
  reversed: [...'abc👍'].reverse().join(''),
  nfc: 'e\u0301'.normalize('NFC').length,
});
