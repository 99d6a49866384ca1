[NaN, -0, Infinity, -Infinity, undefined, null, 1 / 0 > 1, [, 1], { x: undefined, y: NaN }, 10n, -0];
