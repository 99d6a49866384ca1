const base = ['a', 'b', 'c', 'd'];
[base.toReversed(), base.with(1, 'B'), base.toSpliced(1, 2, 'x', 'y', 'z'), base.copyWithin(0, 2), base, base.reverse() === base];
