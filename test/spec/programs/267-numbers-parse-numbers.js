['42', ' 42 ', '42px', '0x1F', '1e3', '', 'abc', '1_000', '-.5', '0b101', 'Infinity', null, undefined, true, [], [7], '1,234.5'].map(v => [Number(v), parseInt(v), parseFloat(v)].map(String));
