const attempts = [
  () => null.x, () => undefinedName, () => (1).toFixed(101), () => decodeURIComponent('%'), () => new Array(-1),
  () => JSON.parse('{'), () => { throw 'a string'; }, () => { throw { code: 42 }; }, () => BigInt(1.5), () => Symbol() + '',
];
attempts.map(fn => {
  try { return fn(); }
  catch (e) { return e instanceof Error ? [e.name, e instanceof TypeError, typeof e.message] : e; }
});
