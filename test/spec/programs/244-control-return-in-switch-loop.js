let i = 0;
while (true) {
  switch (i++) {
    case 0: continue;
    case 1: break;
    case 2: return { i, value: 'two' };
    default: return 'too far';
  }
}
