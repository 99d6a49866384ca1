const luhn = number => [...number.replace(/\s/g, '')].reverse().map(Number).reduce((s, d, i) => s + (i % 2 ? (d * 2 > 9 ? d * 2 - 9 : d * 2) : d), 0) % 10 === 0;
const isbn = text => [...text.replace(/-/g, '')].reduce((s, c, i) => s + (c === 'X' ? 10 : +c) * (10 - i), 0) % 11 === 0;
const iban = text => [...(text.slice(4) + text.slice(0, 4))].map(c => parseInt(c, 36)).join('').match(/\d{1,7}/g).reduce((r, part) => Number(r + part) % 97, '') === 1;
[luhn('4539 1488 0343 6467'), luhn(echo('8273 1232 7352 0569')), isbn('0-306-40615-2'), isbn(echo('0-8044-2957-X')), iban('GB82WEST12345698765432')];
