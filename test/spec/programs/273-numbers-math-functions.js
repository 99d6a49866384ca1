const r = x => Math.round(x * 1e9) / 1e9;
[
  Math.sin(1), Math.cos(1), Math.tan(0.5), Math.atan2(1, 2), Math.exp(1), Math.log(10), Math.log2(10), Math.log10(2), Math.cbrt(27), Math.sinh(1), Math.expm1(1e-5), Math.log1p(1e-5),
].map(r).concat(Math.hypot(3, 4), Math.trunc(-4.7), Math.sign(-3), Math.fround(5.5), Math.round(-0.5), Math.round(2.5), Math.round(-2.5), Math.max(), Math.min(1, NaN));
