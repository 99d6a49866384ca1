function lcs(a, b) {
  let best = '';
  for (let i = 0; i < a.length; i++) {
    for (let j = i + best.length + 1; j <= a.length; j++) {
      const part = a.substring(i, j);
      if (!b.includes(part)) break;
      best = part;
    }
  }
  return best;
}
lcs('the quick brown fox', 'a quiche browned over');
