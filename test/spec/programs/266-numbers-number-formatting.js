const n = 1234567.891;
[
  n.toFixed(2), n.toFixed(0), n.toPrecision(4), n.toExponential(2), n.toString(36), (255).toString(16), (0.1).toString(2), (1e21).toString(), (1e-7).toString(),
  0.1 + 0.2, (1.005).toFixed(2), (2.5).toFixed(0), (-1.5).toFixed(0), 5e-324, 1 / 3, 100 / 3, 123456789012345680000, (25).toString(2).padStart(8, '0'), -1e-7.toFixed(2), Number.MAX_VALUE,
];
