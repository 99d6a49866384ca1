const flags = { READ: 1, WRITE: 1 << 1, EXEC: 1 << 2 };
let mode = flags.READ | flags.EXEC;
const has = f => (mode & f) !== 0;
const before = Object.keys(flags).filter(k => has(flags[k]));
mode ^= flags.READ; mode |= flags.WRITE; mode &= ~flags.EXEC;
const popcount = n => { let c = 0; while (n) { n &= n - 1; c++; } return c; };
({ before, mode, popcounts: [0, 7, 255, 1023].map(popcount), clz: Math.clz32(1000), imul: Math.imul(0xffffffff, 5), isPow2: [64, 65].map(n => (n & (n - 1)) === 0) });
