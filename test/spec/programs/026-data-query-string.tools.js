const params = { q: echo('rock & roll'), page: 2, tags: ['a b', 'c/d'], empty: '', none: undefined };
const query = Object.entries(params)
  .filter(([, v]) => v !== undefined)
  .flatMap(([k, v]) => Array.isArray(v) ? v.map(x => [k, x]) : [[k, v]])
  .map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(echo(v))}`)
  .join('&');
const back = {};
for (const pair of query.split('&')) {
  const [k, v] = pair.split('=').map(decodeURIComponent);
  back[k] = k in back ? [].concat(back[k], v) : v;
}
[query, back];
