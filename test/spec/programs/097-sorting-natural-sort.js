const files = ['file10.txt', 'file2.txt', 'File1.txt', 'file02.txt', 'img12-3.png', 'img12-20.png', 'img2.png'];
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
const manual = [...files].sort((a, b) => {
  const key = s => s.toLowerCase().replace(/\d+/g, d => d.padStart(6, '0'));
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
});
[files.toSorted(collator.compare), manual];
