const result = await Promise.resolve(echo(5))
  .then(n => n * 2)
  .then(n => { if (n > 5) throw new RangeError(`too big: ${n}`); return n; })
  .catch(e => echo(e.message))
  .then(text => text.toUpperCase())
  .finally(() => 'ignored');
result;
