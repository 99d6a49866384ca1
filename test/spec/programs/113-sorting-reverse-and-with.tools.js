const base = echo(['a', 'b', 'c', 'd']);
[base.toReversed(), base.with(1, echo('B')), base.toSpliced(1, 2, 'x', 'y', 'z'), base.copyWithin(0, 2), base, base.reverse() === base];
