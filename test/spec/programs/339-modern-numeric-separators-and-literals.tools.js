[1_000_000, 0b1010, 0o17, 0xff, 1e3, .5, 5., 0.1e-2, echo(12n), 0b11n, '\x41\u{1F600}\t'.length, "it's", 'say "hi"', `multi
line`, echo('\u00e9') === 'é'];
