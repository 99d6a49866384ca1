[Math.clz32(1), Math.fround(0.1), Math.hypot(1, 2, 2), Math.f16round(1.337), 2 ** -1, (-2) ** 2, Number.parseFloat('1.5e3'), Number.isInteger(5.0), (1e3).toString(2)];
