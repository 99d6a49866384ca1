/** What programs find beside the language: the formats of Node, its globals, its clock, and what is absent. */

import t from 'tap'
import { completed, failureOf, outputOf, startExecutor } from '../support/executor.ts'
import { patience } from '../support/patience.ts'

const executor = startExecutor(t, {
  waitForClock: async (untilMs: number) => {
    while (Date.now() <= untilMs) await new Promise(resolve => setImmediate(resolve))
    return Date.now()
  },
})

/** What is formatted, the source, what Node gives in en-US and UTC. */
const formats: [source: string, text: unknown][] = [
  ['(1234567.891).toLocaleString()', '1,234,567.891'],
  ["(1234.5).toLocaleString('en-US', { style: 'currency', currency: 'USD' })", '$1,234.50'],
  ["(1234.5).toLocaleString(undefined, { style: 'currency', currency: 'EUR' })", '€1,234.50'],
  ["(1234.5).toLocaleString('de-DE', { style: 'currency', currency: 'EUR' })", '1.234,50\u00a0€'],
  ["(0.256).toLocaleString('en-US', { style: 'percent', minimumFractionDigits: 1 })", '25.6%'],
  ["(3).toLocaleString('en-US', { minimumIntegerDigits: 2 })", '03'],
  ['(12345678901234567890n).toLocaleString()', '12,345,678,901,234,567,890'],
  ["[1234.5, new Date(0)].toLocaleString('en-US')", '1,234.5,1/1/1970, 12:00:00 AM'],
  ['new Date(0).toLocaleString()', '1/1/1970, 12:00:00 AM'],
  ['new Date(0).toLocaleDateString()', '1/1/1970'],
  ['new Date(0).toLocaleTimeString()', '12:00:00 AM'],
  [
    "new Date('2025-03-14T15:09:26Z').toLocaleDateString('en-US', { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' })",
    'Friday, March 14, 2025',
  ],
  [
    "new Date('2025-03-14T15:09:26Z').toLocaleString('en-US', { dateStyle: 'long', timeStyle: 'short' })",
    'March 14, 2025 at 3:09 PM',
  ],
  [
    "new Date('2025-03-14T15:09:26Z').toLocaleString('en-US', { timeZone: 'America/New_York' })",
    '3/14/2025, 11:09:26 AM',
  ],
  [
    "new Date('2025-03-14T15:09:26Z').toLocaleDateString('de-DE', { month: 'long', day: 'numeric' })",
    '14. März',
  ],
  ['new Intl.NumberFormat().format(9876.5)', '9,876.5'],
  [
    "new Intl.NumberFormat('en-US', { style: 'currency', currency: 'JPY' }).format(1234.5)",
    '¥1,235',
  ],
  ["new Intl.NumberFormat('en', { notation: 'compact' }).format(1234567)", '1.2M'],
  ["new Intl.NumberFormat('en', { style: 'unit', unit: 'kilometer' }).format(5)", '5 km'],
  ["new Intl.DateTimeFormat('en-US').format(new Date(0))", '1/1/1970'],
  ["new Intl.DateTimeFormat('en-US', { month: 'short', day: '2-digit' }).format(0)", 'Jan 01'],
  ['new Intl.DateTimeFormat().resolvedOptions().timeZone', 'UTC'],
  ['new Intl.DateTimeFormat().resolvedOptions().locale', 'en-US'],
  ["new Intl.PluralRules('en', { type: 'ordinal' }).select(22)", 'two'],
  ["new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-1, 'day')", 'yesterday'],
  ["new Intl.ListFormat('en').format(['a', 'b', 'c'])", 'a, b, and c'],
  ["['z', 'ä', 'a', 'Z', 'b'].sort((x, y) => x.localeCompare(y))", ['a', 'ä', 'b', 'z', 'Z']],
  ["['a10', 'a2'].sort((x, y) => x.localeCompare(y, undefined, { numeric: true }))", ['a2', 'a10']],
  ["'a'.localeCompare('B')", -1],
  ["'résumé'.localeCompare('resume', 'en', { sensitivity: 'base' })", 0],
  ["['é', 'e', 'f'].sort(new Intl.Collator('en').compare)", ['e', 'é', 'f']],
  ["'I'.toLocaleLowerCase('tr')", 'ı'],
  ["'title'.toLocaleUpperCase()", 'TITLE'],
  [
    "[...new Intl.Segmenter('en', { granularity: 'word' }).segment('a b')].map(s => s.segment)",
    ['a', ' ', 'b'],
  ],
  ['new Date(0).toString()', 'Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)'],
  ['new Date(2025, 0, 31, 12).toISOString()', '2025-01-31T12:00:00.000Z'],
  ['new Date(0).getTimezoneOffset()', 0],
]

for (const [source, text] of formats) {
  t.test(`${source} is as in Node`, async t => t.strictSame(await outputOf(executor, source), text))
}

/** Expressions whose value here is the one of the Node that runs this test. */
const sameAsNode = [
  "(1234.5).toLocaleString('fr-FR', { style: 'currency', currency: 'EUR', currencyDisplay: 'name' })",
  "new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR' }).formatToParts(123456.7)",
  "new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long', timeZone: 'Asia/Tokyo' }).format(new Date(1e12))",
  "new Intl.DateTimeFormat('ja-JP', { era: 'long', timeZone: 'UTC' }).format(new Date(1e12))",
  "new Intl.DateTimeFormat('en-US', { hour: 'numeric', timeZone: 'UTC' }).formatRange(0, 7.2e6)",
  "new Intl.DisplayNames('en', { type: 'region' }).of('UN')",
  "Intl.getCanonicalLocales(['EN-us', 'de'])",
  "['Öl', 'oben', 'Zug', 'ab'].toSorted(new Intl.Collator('de').compare)",
  "new URL('../b?x=1&y=%20#h', 'https://user:pw@example.com:8080/a/c').href",
  "((u) => [u.protocol, u.username, u.host, u.port, u.pathname, u.search, u.hash, u.origin])(new URL('https://user@example.com:81/p/q?r#s'))",
  "((u) => { u.searchParams.append('k', 'ä b'); u.hash = 'top'; return u.href })(new URL('http://example.com/?a=1'))",
  "[...new URLSearchParams('a=1&b=2&a=3')]",
  "new URLSearchParams({ q: 'x y', n: '1' }).toString()",
  "URL.canParse('nope')",
  "[...new TextEncoder().encode('é€😀')]",
  'new TextDecoder().decode(new Uint8Array([226, 130, 172]))',
  "new TextDecoder('utf-16le').decode(new Uint8Array([65, 0]))",
  "new TextDecoder('latin1').decode(new Uint8Array([233, 128]))",
  "btoa('hello') + atob('aGVsbG8=')",
  "structuredClone(new Map([['k', new Set([1, new Date(5)])]]))",
  'structuredClone({ a: [1, { b: /x/g }], n: -0, big: 5n })',
  "encodeURIComponent('ä/ ') + escape('ü')",
]

for (const source of sameAsNode) {
  t.test(`${source} is as in this Node`, async t => {
    const expected = new Function(`return (${source})`)()
    t.strictSame(await outputOf(executor, `(${source})`), expected)
  })
}

t.test('a format that Node refuses is refused with the same error', async t => {
  const sources = [
    "(1).toLocaleString('en', { style: 'currency' })",
    "new Intl.DateTimeFormat('en', { timeZone: 'Mars/Olympus' })",
    "new Intl.NumberFormat('not a locale')",
    "'x'.localeCompare('y', 'not a locale')",
  ]
  for (const source of sources) {
    let expected: unknown
    try {
      new Function(`return (${source})`)()
    } catch (error) {
      expected = (error as Error).name
    }
    t.equal(
      await outputOf(executor, `try { ${source} } catch (e) { return e.name }`),
      expected,
      source,
    )
  }
})

t.test('structuredClone clones deep, keeps cycles and refuses functions', async t => {
  const source = `
    const o = { list: [1] }; o.self = o
    const c = structuredClone(o); c.list.push(2)
    let refused; try { structuredClone(() => {}) } catch (e) { refused = e.name }
    return [c.self === c, c !== o, o.list, refused]`
  t.strictSame(await outputOf(executor, source), [true, true, [1], 'DataCloneError'])
})

/** What a program asks of timers, the source, its value. */
const timers: [what: string, source: string, value: unknown][] = [
  [
    'timers fire in the order of their delays',
    "const log = []; await new Promise(done => { setTimeout(() => { log.push('b'); done() }, 40); setTimeout(() => log.push('a'), 1) }); log",
    ['a', 'b'],
  ],
  [
    'timers of one delay fire in the order of their setting',
    'const log = []; await new Promise(done => { for (let i = 0; i < 5; i++) setTimeout(() => { if (log.push(i) === 5) done() }, 2) }); log',
    [0, 1, 2, 3, 4],
  ],
  [
    'a timer gets its further arguments',
    "await new Promise(done => setTimeout((...args) => done(args), 1, 'a', 2))",
    ['a', 2],
  ],
  [
    'a cleared timer does not fire and does not hold the program',
    "const log = []; const id = setTimeout(() => log.push('no'), 60000); clearTimeout(id); await new Promise(done => setTimeout(done, 5)); log",
    [],
  ],
  [
    'an interval fires until it is cleared',
    'let n = 0; await new Promise(done => { const id = setInterval(() => { if (++n === 3) { clearInterval(id); done() } }, 1) }); n',
    3,
  ],
  [
    'microtasks run before timers',
    "const log = []; setTimeout(() => log.push('timer')); queueMicrotask(() => log.push('micro')); Promise.resolve().then(() => log.push('then')); log.push('sync'); await new Promise(done => setTimeout(done, 5)); log",
    ['sync', 'micro', 'then', 'timer'],
  ],
  [
    'setImmediate fires and can be cleared',
    "const log = []; const id = setImmediate(() => log.push('no')); clearImmediate(id); await new Promise(done => setImmediate(done)); log",
    [],
  ],
  ['clearing nothing does no harm', 'clearTimeout(); clearTimeout(null); clearInterval(999); 1', 1],
  ['sleep waits', 'const from = Date.now(); sleep(20); Date.now() - from >= 19', true],
]

for (const [what, source, value] of timers) {
  t.test(what, async t => t.strictSame(await outputOf(executor, source), value))
}

t.test('what a program must not have is absent', async t => {
  const names = [
    'process',
    'require',
    'module',
    'exports',
    '__dirname',
    'Buffer',
    'global',
    'fetch',
    'XMLHttpRequest',
    'WebSocket',
    'Worker',
    'WebAssembly',
    'SharedArrayBuffer',
    'Atomics',
    'WeakRef',
    'FinalizationRegistry',
    'std',
    'os',
    'bjson',
    'scriptArgs',
    'gc',
    'navigator',
  ]
  const source = `const names = ${JSON.stringify(names)}; names.filter(name => name in globalThis)`
  t.strictSame(await outputOf(executor, source), [])
})

t.test('code from strings throws EvalError', async t => {
  const sources = [
    "eval('1')",
    "(0, eval)('1')",
    "Function('return 1')",
    "new Function('return 1')",
    "(() => {}).constructor('return 1')",
    "new ((async () => {}).constructor)('return 1')",
    "(function* () {}).constructor('yield 1')",
    "(async function* () {}).constructor('yield 1')",
    "(class {}).constructor('return 1')",
    "Reflect.construct(Function, ['return 1'])",
    "setTimeout.constructor('return 1')",
    "sleep.constructor('return 1')",
    "console.log.constructor('return 1')",
  ]
  for (const source of sources) {
    const caught = `try { ${source} } catch (e) { return [e.name, e instanceof EvalError] }`
    t.strictSame(await outputOf(executor, caught), ['EvalError', true], source)
  }
})

t.test('instanceof Function and the names of its kin work', async t => {
  const source = `[
    (() => {}) instanceof Function, class {} instanceof Function, sleep instanceof Function, console.log instanceof Function,
    (async () => {}).constructor.name, (function* () {}).constructor.name, Function.prototype === Object.getPrototypeOf(() => {}),
    Function.name, (() => 1).call(), typeof eval,
  ]`
  t.strictSame(await outputOf(executor, source), [
    true,
    true,
    true,
    true,
    'AsyncFunction',
    'GeneratorFunction',
    true,
    'Function',
    1,
    'function',
  ])
})

t.test('a busy wait ends at once, and the clock has moved', async t => {
  const source =
    'const from = Date.now(); while (Date.now() - from < 2000); Date.now() - from >= 2000'
  const { output, usage } = await completed(executor, source)
  t.equal(output, true)
  t.ok(usage.wallMs < patience(1500), `took ${usage.wallMs} ms`)
})

t.test('a busy wait on performance.now ends at once', async t => {
  const source = 'const from = performance.now(); while (performance.now() - from < 2000); 1'
  t.ok((await completed(executor, source)).usage.wallMs < patience(1500))
})

t.test("the clock stands past the instant of a tool's answer", async t => {
  const source = `
    const from = Date.now()
    const answered = waitForClock(from + 20)
    return [Date.now() >= answered, Date.now() - from >= 20]`
  t.strictSame(await outputOf(executor, source), [true, true])
})

t.test('the clock starts at the time of the execution and never goes back', async t => {
  const before = Date.now()
  const source =
    'const times = []; for (let i = 0; i < 50; i++) { if (i === 25) sleep(1); times.push(Date.now()) }; times'
  const times = (await outputOf(executor, source)) as number[]
  t.ok((times[0] as number) >= before && (times[0] as number) <= Date.now() + 100)
  t.strictSame(
    times,
    times.toSorted((a, b) => a - b),
  )
})

t.test('performance.now counts from the start of the execution', async t => {
  const source =
    '[performance.now() >= 0 && performance.now() < 1000, Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 5]'
  t.strictSame(await outputOf(executor, source), [true, true])
})

t.test('random values differ between executions and within one', async t => {
  const source =
    '[Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint32Array(2))].join()]'
  const runs = await Promise.all(
    [1, 2, 3].map(() => outputOf(executor, `[...${source}, ...${source}]`)),
  )
  const values = runs.flat() as unknown[]
  t.equal(values.length, 18)
  t.equal(new Set(values).size, 18)
})

t.test('random values have their ranges and forms', async t => {
  const source = `
    const numbers = Array.from({ length: 1000 }, () => Math.random())
    const bytes = crypto.getRandomValues(new Uint8Array(1000))
    return [
      numbers.every(n => n >= 0 && n < 1), Math.abs(numbers.reduce((a, b) => a + b) / 1000 - 0.5) < 0.1,
      new Set(bytes).size > 200, crypto.randomUUID(),
    ]`
  const [inRange, isEven, isSpread, uuid] = (await outputOf(executor, source)) as unknown[]
  t.strictSame([inRange, isEven, isSpread], [true, true, true])
  t.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

t.test('the language is a current one', async t => {
  const cases: [source: string, value: unknown][] = [
    ['[3, 1].toSorted().with(0, 9).at(-1)', 3],
    ["Object.groupBy([1, 2], n => (n > 1 ? 'b' : 'a')).b", [2]],
    ['new Set([1, 2]).union(new Set([3])).size', 3],
    ["[...'a1b2'.matchAll(/(?<l>[a-z])\\d/g)].map(m => m.groups.l)", ['a', 'b']],
    ["/[\\p{L}--[a-z]]/v.test('A')", true],
    ['[1, [2, [3]]].flat(Infinity)', [1, 2, 3]],
    ['Array.fromAsync([1, Promise.resolve(2)])', [1, 2]],
    ['2n ** 64n', 2n ** 64n],
    ['1_000', 1000],
    ["'abc'.at(-1) + 'a'.padStart(3, '-')", 'c--a'],
    ['const { a, ...rest } = { a: 1, b: 2 }; rest', { b: 2 }],
    ['class A { static #n = 1; static has(o) { return #n in o } }\nA.has(A)', true],
    ['Iterator.from([1, 2]).map(n => n * 2).toArray()', [2, 4]],
    ['Math.sumPrecise?.([0.1, 0.2]) ?? 0.3', 0.30000000000000004],
    ["new Error('x', { cause: 1 }).cause", 1],
    ['label: for (;;) break label; 1', 1],
    ["structuredClone(new Error('e')).message", 'e'],
    ["new Uint8Array([1, 2]).toHex?.() ?? '0102'", '0102'],
    ["RegExp.escape?.('a.b') ?? '\\\\x61\\\\.b'", '\\x61\\.b'],
  ]
  for (const [source, value] of cases) t.strictSame(await outputOf(executor, source), value, source)
})

t.test('a program may patch built-ins and harms only itself', async t => {
  const source = `
    Array.prototype.map = () => 'patched'
    Promise.prototype.then = null
    JSON.stringify = Object.keys = Object.defineProperty = () => { throw new Error('patched') }
    Object.prototype.toString = null
    delete globalThis.Map
    Array.prototype[Symbol.iterator] = null
    console.log({ a: [1] })
    return { value: sleep(1), list: [1, { b: 2 }] }`
  const { output, logText } = await completed(executor, source)
  t.strictSame(
    { output, logText },
    { output: { value: null, list: [1, { b: 2 }] }, logText: '{ a: [ 1 ] }' },
  )
  t.strictSame(await outputOf(executor, '[[1].map(x => x + 1), typeof Map]'), [[2], 'function'])
})

t.test('a busy wait that exceeds cpuMs gets a hint to sleep', async t => {
  const source = 'while (Date.now() < 8.64e15);'
  const error = await failureOf(executor, { source, limits: { cpuMs: 200 } })
  t.match(error, {
    code: 'LIMIT_EXCEEDED',
    limit: 'cpuMs',
    hint: 'To wait, call sleep(ms) instead of watching the clock.',
  })
})
