const names = ['Portable Network Graphics', 'ruby on rails', 'First In, First Out', 'Complementary metal-oxide semiconductor'];
names.map(n => n.match(/\b\w/g).map(c => c.toUpperCase()).join(''));
