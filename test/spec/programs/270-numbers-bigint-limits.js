const max = BigInt(Number.MAX_SAFE_INTEGER);
[max + 2n, BigInt.asUintN(8, 257n), BigInt.asIntN(8, 255n), -(5n), 5n ** 0n, BigInt('0xff'), Number(2n ** 64n), [3n, 1n, 2n].sort(), 1n < 2, 0n ? 'truthy' : 'falsy'];
