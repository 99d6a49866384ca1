const ways = (amount, coins) => {
  if (amount === 0) return 1;
  if (amount < 0 || !coins.length) return 0;
  return ways(amount - coins[0], coins) + ways(amount, coins.slice(1));
};
const fewest = (amount, coins, cache = new Map([[0, []]])) => {
  if (cache.has(amount)) return cache.get(amount);
  let best = null;
  for (const c of coins) {
    const rest = amount >= c ? fewest(amount - c, coins, cache) : null;
    if (rest && (!best || rest.length + 1 < best.length)) best = [c, ...rest];
  }
  cache.set(amount, best);
  return best;
};
[ways(20, echo([10, 5, 2, 1])), fewest(27, [1, 5, 10, echo(25)]), fewest(6, [4, 3])];
