[
  JSON.stringify('\u2028"\\\n\u0007é\ud800'), JSON.stringify(undefined), JSON.stringify([undefined, null, -0, Infinity]), JSON.stringify({ toJSON() { return echo('custom'); } }),
  JSON.stringify(new Map([[1, 2]])), JSON.stringify(Object(echo(1))), JSON.stringify({ date: new Date(NaN) }), JSON.stringify('</script>'), JSON.stringify({ 2: 'b', 1: 'a', x: 'c' }),
];
