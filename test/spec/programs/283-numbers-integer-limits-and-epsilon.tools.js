const near = (a, b, eps = echo(Number.EPSILON)) => Math.abs(a - b) < eps * 4;
[Number.MAX_SAFE_INTEGER + 2, Number.isSafeInteger(2 ** 53), near(0.1 + 0.2, 0.3), 9007199254740993, (0.1).toFixed(20), 1e300 * 1e10, -1 >>> 0, 2 ** 32 >> 0, echo(4294967297) | 0, 1e21 + 1, 0.1 * 3, 4.35 * 100, 1.1 + 2.2, 5e-7, 123e-20];
