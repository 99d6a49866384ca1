/**
 * Programs as models write them for asynchronous tools: each uses promises where Node would have
 * them. `num(n)` gives n, `bad(x)` fails with the message `bad x`,
 * `slow(n)` gives n after a while; `trace` is a list.
 */
export const idioms: readonly (readonly [name: string, source: string])[] = [
  ['then through a helper', 'const api = n => num(n); return api(1).then(x => x + 1)'],
  ['catch through a helper', 'const api = n => bad(n); return api(1).catch(e => e.message)'],
  [
    'finally through a helper',
    "const api = n => num(n); return api(1).finally(() => trace.push('f'))",
  ],
  ['mapped helper', 'const api = n => num(n); return Promise.all([1, 2, 3].map(api))'],
  [
    'helper in a mapped arrow',
    'const api = n => num(n); return Promise.all([1, 2, 3].map(n => api(n)))',
  ],
  [
    'function declared at the end',
    'return Promise.all([get(1), get(2)])\nfunction get(n) { return num(n) }',
  ],
  ['helper with a default', 'const api = (n = 5) => num(n); return Promise.all([api(), api(2)])'],
  ['helper with a call as a default', 'const api = (p = num(5)) => p; return await api()'],
  [
    'helper with two calls as defaults',
    'const api = (p = num(5), q = num(6)) => [p, q]; return Promise.all(api())',
  ],
  [
    'function with a call as a default',
    'function api(p = num(5)) { const q = p; return q } return Promise.all([api(), api()])',
  ],
  [
    'helper with a call that fails as a default',
    'const api = (p = bad(5)) => p; return api().catch(e => e.message)',
  ],
  [
    'helper with destructuring',
    'const api = ({ n, k = 1 }) => num(n + k); return Promise.all([api({ n: 1 }), api({ n: 2, k: 2 })])',
  ],
  [
    'helper with rest',
    'const api = (...ns) => num(ns.length); return Promise.all([api(1, 2), api()])',
  ],
  [
    'helper with a statement',
    "function api(n) { trace.push('api ' + n); return num(n) } return Promise.all([api(1), api(2)])",
  ],
  [
    'helper that branches',
    'const api = n => n > 1 ? num(n) : num(-n); return Promise.all([api(1), api(2)])',
  ],
  [
    'helper that may not call',
    'const api = n => n > 1 ? num(n) : null; return Promise.all([api(1), api(2), api(3)])',
  ],
  [
    'helper with an early return',
    'function api(n) { if (n < 2) return num(0); return num(n) } return Promise.all([api(1), api(2)])',
  ],
  [
    'helper of a helper',
    'const a = n => num(n); const b = n => a(n + 1); return Promise.all([b(1), b(2)])',
  ],
  ['curried helper', 'const api = k => n => num(n * k); return Promise.all([1, 2].map(api(10)))'],
  [
    'object of helpers',
    'const api = { get: n => num(n), load(n) { return num(n) } }; return Promise.all([api.get(1), api.load(2)])',
  ],
  [
    'helper of an object, mapped',
    'const api = { get: n => num(n) }; return Promise.all([1, 2].map(api.get))',
  ],
  [
    'nested object of helpers',
    'const api = { users: { get: n => num(n) } }; return Promise.all([api.users.get(1), api.users.get(2)])',
  ],
  [
    'class of helpers',
    'class Api { constructor(k) { this.k = k } get(n) { return num(n * this.k) } } const api = new Api(2); return Promise.all([api.get(1), api.get(2)])',
  ],
  [
    'class that calls its own',
    'class Api { get(n) { return num(n) } both(a, b) { return Promise.all([this.get(a), this.get(b)]) } } return new Api().both(1, 2)',
  ],
  [
    'static helper',
    'class Api { static get(n) { return num(n) } } return Promise.all([1, 2].map(n => Api.get(n)))',
  ],
  [
    'field helper',
    'class Api { get = n => num(n) } const { get } = new Api(); return Promise.all([get(1), get(2)])',
  ],
  [
    'subclass',
    'class A { get(n) { return num(n) } } class B extends A { get(n) { return super.get(n).then(x => x + 1) } } return new B().get(1)',
  ],
  [
    'to() pairs',
    'const to = p => p.then(v => [null, v], e => [e.message]); return [await to(num(1)), await to(bad(2))]',
  ],
  [
    'to() as an async function',
    'async function to(p) { try { return [null, await p] } catch (e) { return [e.message] } } return [await to(num(1)), await to(bad(2))]',
  ],
  [
    'race with a time-out',
    "const withTimeout = (p, ms) => Promise.race([p, new Promise((_, no) => setTimeout(no, ms, new Error('late')))]); return withTimeout(slow(1), 5).catch(e => e.message)",
  ],
  [
    'race that is won',
    "const withTimeout = (p, ms) => Promise.race([p, new Promise((_, no) => setTimeout(no, ms, new Error('late')))]); return withTimeout(num(1), 200)",
  ],
  [
    'race with a delay',
    "const delay = ms => new Promise(done => setTimeout(done, ms)); return Promise.race([slow(1), delay(5).then(() => 'late')])",
  ],
  [
    'retry',
    'async function retry(fn, times) { let last; for (let i = 0; i < times; i++) { try { return await fn(i) } catch (e) { last = e; trace.push(e.message) } } throw last } return [await retry(() => num(1), 3), await retry(i => bad(i), 2).catch(e => e.message)]',
  ],
  [
    'retry that recurses',
    "const retry = (fn, n) => fn().catch(e => n > 0 ? retry(fn, n - 1) : 'gave up: ' + e.message); return retry(() => bad(1), 2)",
  ],
  [
    'allSettled',
    "const rs = await Promise.allSettled([num(1), bad(2)]); return rs.map(r => r.status === 'fulfilled' ? r.value : r.reason.message)",
  ],
  [
    'allSettled over helpers',
    'const api = n => n === 2 ? bad(n) : num(n); const rs = await Promise.allSettled([1, 2, 3].map(api)); return rs.map(r => r.value ?? r.reason.message)',
  ],
  ['any', 'return Promise.any([bad(1), num(2)])'],
  [
    'any over helpers',
    'const api = n => bad(n); return Promise.any([api(1), api(2)]).catch(e => e.errors.map(x => x.message))',
  ],
  ['let', 'let p = num(1); trace.push("sent"); return await p'],
  ['let of two calls', 'let a = num(1), b = num(2); return (await a) + (await b)'],
  [
    'let that is filled later',
    'let p; if (trace.length === 0) { p = num(1) } else { p = num(2) } return await p',
  ],
  [
    'let in a loop',
    'let p = num(0); const out = []; for (let i = 1; i < 3; i++) { out.push(await p); p = num(i) } out.push(await p); return out',
  ],
  [
    'const that is passed on',
    'const p = num(1); const f = async q => (await q) + 1; return await f(p)',
  ],
  [
    'promises by name',
    'const pa = num(1); const pb = num(2); const [a, b] = await Promise.all([pa, pb]); return a + b',
  ],
  ['destructured calls', 'const [a, b] = [num(1), num(2)]; return (await a) + (await b)'],
  ['list by index', 'const ps = [num(1), num(2)]; return (await ps[0]) + (await ps[1])'],
  [
    'list that is counted',
    'const ps = [1, 2].map(n => num(n)); trace.push(ps.length); return Promise.all(ps)',
  ],
  [
    'list that is filled',
    'const ps = []; for (const n of [1, 2, 3]) { ps.push(num(n)) } return Promise.all(ps)',
  ],
  [
    'list filled by helpers',
    'const api = n => num(n); const ps = []; for (const n of [1, 2]) ps.push(api(n)); return Promise.all(ps)',
  ],
  [
    'list from a helper',
    'const loadAll = ns => ns.map(n => num(n)); return Promise.all(loadAll([1, 2]))',
  ],
  ['list of chains', 'return Promise.all([1, 2].map(n => num(n)).map(p => p.then(x => x + 1)))'],
  [
    'list of async chains',
    'const ps = [1, 2].map(n => num(n)); return Promise.all(ps.map(async p => (await p) * 2))',
  ],
  ['chained thens', 'return num(1).then(x => num(x + 1)).then(x => num(x + 1))'],
  ['tool as the callback of then', 'return num(1).then(num)'],
  ['chains side by side', 'return Promise.all([1, 2].map(n => num(n).then(x => num(x * 10))))'],
  ['then with both callbacks', "return bad(1).then(() => 'no', e => e.message)"],
  ['catch that goes on', 'return bad(1).catch(() => num(2))'],
  [
    'catch that throws again',
    "return bad(1).catch(e => { throw new Error('again ' + e.message) }).catch(e => e.message)",
  ],
  ['finally that calls', 'return num(1).finally(() => num(2)).then(x => x)'],
  [
    'async function',
    'async function f(n) { const x = await num(n); return x + 1 } return Promise.all([f(1), f(2)])',
  ],
  [
    'async function that returns the call',
    'async function f(n) { return num(n) } return Promise.all([f(1), f(2)])',
  ],
  [
    'async arrow that catches',
    'const f = async n => { try { return await bad(n) } catch (e) { return e.message } }; return Promise.all([f(1), f(2)])',
  ],
  [
    'async function that returns a helper in try',
    "const api = n => bad(n); async function f() { try { return await api(1) } catch (e) { return 'caught ' + e.message } } return f()",
  ],
  [
    'async generator',
    'async function* g() { for (const n of [1, 2]) yield await num(n) } const out = []; for await (const x of g()) out.push(x); return out',
  ],
  [
    'for await over calls',
    'const out = []; for await (const x of [num(1), num(2)]) out.push(x); return out',
  ],
  ['new Promise that resolves with a call', 'return new Promise(done => done(num(1)))'],
  [
    'new Promise in a helper',
    'const later = f => new Promise((yes, no) => { f().then(yes, no) }); return [await later(() => num(1)), await later(() => bad(2)).catch(e => e.message)]',
  ],
  ['Promise.resolve of a call', 'return Promise.resolve(num(1)).then(x => x + 1)'],
  ['Promise.resolve().then', 'return Promise.resolve().then(() => num(1))'],
  ['Promise.try', 'return Promise.all([Promise.try(() => num(1)), Promise.try(num, 2)])'],
  ['Array.from', 'return Promise.all(Array.from({ length: 3 }, (_, i) => num(i)))'],
  [
    'entries',
    'return Object.fromEntries(await Promise.all(Object.entries({ a: 1, b: 2 }).map(async ([k, v]) => [k, await num(v)])))',
  ],
  [
    'entries with then',
    'return Object.fromEntries(await Promise.all(Object.entries({ a: 1, b: 2 }).map(([k, v]) => num(v).then(x => [k, x]))))',
  ],
  [
    'filter by an async predicate',
    'const keep = await Promise.all([1, 2, 3].map(async n => (await num(n)) > 1)); return [1, 2, 3].filter((_, i) => keep[i])',
  ],
  ['async reduce', 'return [1, 2, 3].reduce(async (sum, n) => (await sum) + (await num(n)), 0)'],
  [
    'reduce that chains',
    'return [1, 2, 3].reduce((p, n) => p.then(sum => num(n).then(x => sum + x)), Promise.resolve(0))',
  ],
  [
    'pool of workers',
    'const queue = [1, 2, 3, 4]; const out = []; const worker = async () => { for (let n; (n = queue.shift());) out.push(await num(n)) }; await Promise.all([worker(), worker()]); return out.sort()',
  ],
  [
    'batches',
    'const out = []; for (let i = 0; i < 4; i += 2) out.push(...await Promise.all([i, i + 1].map(n => num(n)))); return out',
  ],
  [
    'limiter',
    `const limit = max => { let busy = 0; const queue = []; const next = () => { if (busy >= max || queue.length === 0) return; busy++; const { fn, yes, no } = queue.shift(); fn().then(yes, no).finally(() => { busy--; next() }) }; return fn => new Promise((yes, no) => { queue.push({ fn, yes, no }); next() }) }
const run = limit(2); return Promise.all([1, 2, 3].map(n => run(() => num(n))))`,
  ],
  [
    'tasks that are run later',
    'const tasks = [() => num(1), () => num(2)]; return Promise.all(tasks.map(task => task()))',
  ],
  [
    'tasks in sequence',
    'const tasks = [() => num(1), () => num(2)]; const out = []; for (const task of tasks) out.push(await task()); return out',
  ],
  [
    'pipe',
    'const pipe = (...fs) => x => fs.reduce((p, f) => p.then(f), Promise.resolve(x)); return pipe(num, x => x + 1, num)(1)',
  ],
  [
    'compose of helpers',
    'const a = n => num(n); const b = n => a(n).then(x => x * 2); const c = n => b(n).then(x => x + 1); return Promise.all([c(1), c(2)])',
  ],
  ['run()', 'const run = f => f(); return Promise.all([run(() => num(1)), run(() => num(2))])'],
  [
    'timed()',
    'const timed = async f => { const value = await f(); return { value } }; return Promise.all([timed(() => num(1)), timed(() => num(2))])',
  ],
  [
    'safe()',
    'const safe = f => f().catch(() => null); return Promise.all([safe(() => num(1)), safe(() => bad(2))])',
  ],
  [
    'safe() with try',
    'const safe = async (f, other) => { try { return await f() } catch { return other } }; return Promise.all([safe(() => num(1), 0), safe(() => bad(2), 0)])',
  ],
  ['zip', 'const [a, b] = await Promise.all([num(1), [2, 3].map(n => n)]); return [a, ...b]'],
  ['nested all', 'return Promise.all([Promise.all([num(1), num(2)]), num(3)])'],
  ['spread of maps', 'return Promise.all([...[1, 2].map(n => num(n)), num(3)])'],
  ['IIFE', 'return (async () => { const x = await num(1); return x + 1 })()'],
  [
    'IIFEs side by side',
    'return Promise.all([(async () => await num(1))(), (async () => await num(2))()])',
  ],
  ['condition', 'const x = (await num(1)) > 0 ? await num(2) : await num(3); return x'],
  ['operators', 'return (await num(1)) + (await num(2)) * (await num(3))'],
  ['template', 'return `${await num(1)} and ${await num(2)}`'],
  ['arguments', 'return Math.max(await num(1), await num(2))'],
  ['object of values', 'return { a: await num(1), b: [await num(2)] }'],
  ['optional chain behind a value', 'const o = { v: await num(1) }; return o?.v'],
  ['switch', 'switch (await num(2)) { case 1: return "one"; case 2: return "two" }'],
  ['while', 'let n = 0; while ((await num(n)) < 2) n++; return n'],
  ['throw of an awaited', 'try { throw await num(1) } catch (e) { return e }'],
  [
    'event emitter of helpers',
    "const on = {}; on.load = n => num(n); return Promise.all(['load'].map(k => on[k](1)))",
  ],
  [
    'map of helpers',
    "const table = new Map([['a', n => num(n)], ['b', n => num(-n)]]); return Promise.all(['a', 'b'].map(k => table.get(k)(1)))",
  ],
  [
    'sequential then',
    'let sum = 0; await num(1).then(x => { sum += x }); await num(2).then(x => { sum += x }); return sum',
  ],
  [
    'trace of two',
    "const a = num(1).then(() => trace.push('a')); const b = num(2).then(() => trace.push('b')); await Promise.all([a, b]); return trace.length",
  ],
  [
    'trace around a helper',
    "const api = n => { trace.push('in'); return num(n) }; const p = api(1); trace.push('out'); return await p",
  ],
  [
    'helper by another name',
    'const api = n => num(n); const other = api; return Promise.all([other(1), other(2)])',
  ],
  ['tool by another name', 'const get = num; return Promise.all([get(1), get(2)])'],
  ['tool in an object', 'const api = { get: num }; return Promise.all([api.get(1), api.get(2)])'],
  ['tools by name', "return Promise.all(['num', 'num'].map((name, i) => tools[name](i)))"],
  [
    'generator of calls',
    'function* calls() { for (const n of [1, 2]) yield () => num(n) } return Promise.all([...calls()].map(f => f()))',
  ],
  [
    'memo',
    'const seen = new Map(); const get = async n => { if (!seen.has(n)) seen.set(n, await num(n)); return seen.get(n) }; return [await get(1), await get(1)]',
  ],
  [
    'this in a helper',
    'const api = { k: 3, get(n) { return num(n * this.k) } }; return Promise.all([api.get(1), api.get(2)])',
  ],
  [
    'arguments in a helper',
    'function api() { return num(arguments[0] + arguments.length) } return Promise.all([api(1), api(1, 2)])',
  ],
  [
    'helper that throws at once',
    "const api = n => { if (n > 1) throw new Error('too large'); return num(n) }; try { return await Promise.all([api(1), api(2)]) } catch (e) { return e.message }",
  ],
  [
    'helper in allSettled that throws',
    "const api = async n => { if (n > 1) throw new Error('too large'); return num(n) }; return (await Promise.allSettled([api(1), api(2)])).map(r => r.status)",
  ],
  ['set of calls', 'return Promise.all(new Set([1, 2]).values().map(n => num(n)))'],
  ['concat', 'const a = [1].map(n => num(n)); return Promise.all(a.concat([2].map(n => num(n))))'],
  ['slice', 'const ps = [1, 2, 3].map(n => num(n)); return Promise.all(ps.slice(1))'],
]
