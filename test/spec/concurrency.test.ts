/**
 * Calls run concurrently where the source visibly uses their promises, and one after another
 * everywhere else. Overlap is counted by the tools themselves.
 */

import t from 'tap'
import { outputOf, startExecutor } from '../support/executor.ts'
import { OverlapRecord } from '../support/overlap-tool.ts'

const executor = startExecutor(t)
const inputs = { urls: ['x', 'y', 'z'] }
const pages = ['fetch_url(x)', 'fetch_url(y)', 'fetch_url(z)']
const TOOLS = ['fetch_url', 'a', 'b'] as const

/** What overlaps, the source, its value, how many calls are under way at once. */
type Case = [what: string, source: string, value: unknown, peak: number]

const overlapping: Case[] = [
  ['a mapped list in Promise.all', 'Promise.all(urls.map(u => fetch_url(u)))', pages, 3],
  ['an awaited mapped list', 'await Promise.all(urls.map(u => fetch_url(u)))', pages, 3],
  ['calls listed in Promise.all', 'await Promise.all([a(1), b(2)])', ['a(1)', 'b(2)'], 2],
  ['a tool as the callback of map', 'await Promise.all(urls.map(fetch_url))', pages, 3],
  ['a member of tools as the callback', 'await Promise.all(urls.map(tools.fetch_url))', pages, 3],
  [
    'members of tools',
    'await Promise.all([tools.a(1), tools["b"](2), tools[`a`](3)])',
    ['a(1)', 'b(2)', 'a(3)'],
    3,
  ],
  ['tool.map', 'fetch_url.map(urls)', pages, 3],
  ['tool.map of any iterable', 'fetch_url.map(new Set(urls))', pages, 3],
  ['parallel', 'parallel([[a, 1], [b, 2], [a, 3]])', ['a(1)', 'b(2)', 'a(3)'], 3],
  ['parallel of a computed list', 'parallel(urls.map(u => [fetch_url, u]))', pages, 3],
  [
    'parallel that settles',
    'parallel([[a, 1], [b, 2]], { settle: true })',
    [
      { status: 'fulfilled', value: 'a(1)' },
      { status: 'fulfilled', value: 'b(2)' },
    ],
    2,
  ],
  [
    'a const list that is awaited later',
    'const ps = urls.map(u => fetch_url(u)); const n = 1 + 1; await Promise.all(ps)',
    pages,
    3,
  ],
  [
    'a const list of calls',
    'const ps = [a(1), b(2)]\nreturn await Promise.all(ps)',
    ['a(1)', 'b(2)'],
    2,
  ],
  [
    'consts that are awaited later',
    'const p = a(1)\nconst q = b(2)\nreturn (await p) + (await q)',
    'a(1)b(2)',
    2,
  ],
  [
    'consts in Promise.all',
    'const p = a(1), q = b(2); const [x, y] = await Promise.all([p, q]); x + y',
    'a(1)b(2)',
    2,
  ],
  [
    'a loop that pushes',
    'const ps = []; for (const u of urls) ps.push(fetch_url(u)); await Promise.all(ps)',
    pages,
    3,
  ],
  [
    'a counting loop that pushes',
    'const ps = []\nfor (let i = 0; i < urls.length; i++) { ps.push(fetch_url(urls[i])) }\nreturn Promise.all(ps)',
    pages,
    3,
  ],
  [
    'forEach that pushes',
    'const ps = []; urls.forEach(u => ps.push(fetch_url(u))); await Promise.all(ps)',
    pages,
    3,
  ],
  [
    'async functions that are awaited together',
    `async function load(u) { const page = await fetch_url(u); return page.toUpperCase() }
     return await Promise.all(urls.map(load))`,
    pages.map(page => page.toUpperCase()),
    3,
  ],
  [
    'async arrows that return the call',
    'const load = async u => fetch_url(u); await Promise.all(urls.map(u => load(u)))',
    pages,
    3,
  ],
  [
    'async functions that catch',
    `const load = async u => { try { return fetch_url(u) } catch { return 'none' } }
     await Promise.all(urls.map(load))`,
    pages,
    3,
  ],
  [
    'async callbacks that give objects',
    'await Promise.all(urls.map(async u => ({ u, page: await fetch_url(u) })))',
    ['x', 'y', 'z'].map((u, i) => ({ u, page: pages[i] })),
    3,
  ],
  [
    'async functions called at once',
    'await Promise.all([(async () => await a(1))(), (async () => { const v = await b(2); return v })()])',
    ['a(1)', 'b(2)'],
    2,
  ],
  [
    'async methods',
    `class Client { async get(u) { return await fetch_url(u) } }
     const client = new Client(); await Promise.all(urls.map(u => client.get(u)))`,
    pages,
    3,
  ],
  [
    'two chains of then',
    "const p = a(1).then(v => v + '!'); const q = b(2).then(v => v + '?'); [await p, await q]",
    ['a(1)!', 'b(2)?'],
    2,
  ],
  [
    'then in a mapped list',
    'await Promise.all(urls.map(u => fetch_url(u).then(page => page.length)))',
    [12, 12, 12],
    3,
  ],
  [
    'catch and finally in a mapped list',
    'await Promise.all(urls.map(u => fetch_url(u).catch(() => null).finally(() => {})))',
    pages,
    3,
  ],
  [
    'Promise.allSettled',
    '(await Promise.allSettled(urls.map(u => fetch_url(u)))).map(o => o.value)',
    pages,
    3,
  ],
  ['Promise.any', '(await Promise.any([a(1), b(2)])).length', 4, 2],
  ['Promise.race', '(await Promise.race([a(1), b(2)])).length', 4, 2],
  [
    'Promise.all in Promise.all',
    'await Promise.all([Promise.all([a(1), a(2)]), b(3)])',
    [['a(1)', 'a(2)'], 'b(3)'],
    3,
  ],
  [
    'a spread list',
    'await Promise.all([...urls.map(u => fetch_url(u)), a(1)])',
    [...pages, 'a(1)'],
    4,
  ],
  ['Array.from with a mapper', 'await Promise.all(Array.from(urls, u => fetch_url(u)))', pages, 3],
  [
    'Array.from of a length',
    'await Promise.all(Array.from({ length: 3 }, (_, i) => a(i)))',
    ['a(0)', 'a(1)', 'a(2)'],
    3,
  ],
  ['flatMap', 'await Promise.all(urls.flatMap(u => [fetch_url(u)]))', pages, 3],
  [
    'filter before map',
    "await Promise.all(urls.filter(u => u !== 'y').map(u => fetch_url(u)))",
    ['fetch_url(x)', 'fetch_url(z)'],
    2,
  ],
  [
    'entries of an object',
    'Object.fromEntries(await Promise.all(Object.entries({ p: 1, q: 2 }).map(async ([k, v]) => [k, await a(v)])))',
    { p: 'a(1)', q: 'a(2)' },
    2,
  ],
  [
    'branches of a callback',
    "await Promise.all(urls.map(u => (u === 'y' ? a(u) : b(u))))",
    ['b(x)', 'a(y)', 'b(z)'],
    3,
  ],
  [
    'a callback with statements',
    'await Promise.all(urls.map(function (u) { const key = u + u; return fetch_url(key) }))',
    ['fetch_url(xx)', 'fetch_url(yy)', 'fetch_url(zz)'],
    3,
  ],
  [
    'for await over a list',
    'const out = []; for await (const page of urls.map(u => fetch_url(u))) out.push(page); out',
    pages,
    3,
  ],
  [
    'a loop that awaits each of a list',
    'const ps = urls.map(u => fetch_url(u)); const out = []; for (const p of ps) out.push(await p); out',
    pages,
    3,
  ],
  [
    'tool.async in any variable',
    'let p = a.async(1); let q = b.async(2); [await p, await q]',
    ['a(1)', 'b(2)'],
    2,
  ],
  [
    'tool.async in a list that is built by concat',
    'let ps = []; for (const u of urls) ps = ps.concat(fetch_url.async(u)); await Promise.all(ps)',
    pages,
    3,
  ],
  [
    'two workers on one queue',
    `const queue = [...urls, 'w']
     const pages = []
     async function worker() { while (queue.length > 0) pages.push(await fetch_url(queue.shift())) }
     await Promise.all([worker(), worker()])
     pages.sort()`,
    ['fetch_url(w)', ...pages],
    2,
  ],
  [
    'batches, one after another',
    `const out = []
     for (const batch of [[1, 2], [3, 4]]) out.push(...await Promise.all(batch.map(n => a(n))))
     out`,
    ['a(1)', 'a(2)', 'a(3)', 'a(4)'],
    2,
  ],
  [
    'an async function that was not awaited yet',
    'async function load(u) { return await fetch_url(u) }\nconst p = load("x"); const q = load("y"); [await p, await q]',
    ['fetch_url(x)', 'fetch_url(y)'],
    2,
  ],
]

for (const [what, source, value, peak] of overlapping) {
  t.test(`calls overlap: ${what}`, async t => {
    const record = new OverlapRecord(peak)
    const output = await outputOf(executor, { source, inputs, tools: record.tools(...TOOLS) })
    t.strictSame({ output, peak: record.peak }, { output: value, peak })
  })
}

t.test('calls overlap in TypeScript as they do in JavaScript', async t => {
  const record = new OverlapRecord(3)
  const source = `
    interface Page { url: string; text: string }
    const load = async (url: string): Promise<Page> => ({ url, text: (await fetch_url(url)) as string })
    const pages: Page[] = await Promise.all<Page>((urls as string[]).map(load))
    return pages.map(({ text }): string => text)`
  const request = { source, language: 'typescript', inputs, tools: record.tools(...TOOLS) } as const
  t.strictSame(
    { output: await outputOf(executor, request), peak: record.peak },
    { output: pages, peak: 3 },
  )
})

/** What runs in sequence, the source, its value. */
const sequential: [what: string, source: string, value: unknown][] = [
  ['statements', 'const x = a(1); const y = b(2); [x, y]', ['a(1)', 'b(2)']],
  ['operands', 'a(1) + b(2)', 'a(1)b(2)'],
  ['elements', '[a(1), b(2)]', ['a(1)', 'b(2)']],
  ['arguments', 'Math.max(a(1).length, b(22).length)', 5],
  ['a call of a call', 'a(b(1))', 'a(b(1))'],
  ['a mapped list', 'urls.map(u => fetch_url(u))', pages],
  ['a tool as the callback of map', 'urls.map(fetch_url)', pages],
  ['a loop', 'const out = []; for (const u of urls) out.push(fetch_url(u)); out', pages],
  ['forEach', 'const out = []; urls.forEach(u => { out.push(fetch_url(u)) }); out', pages],
  ['reduce', "urls.reduce((text, u) => text + a(u), '')", 'a(x)a(y)a(z)'],
  ['awaits', 'const x = await a(1); const y = await b(2); [x, y]', ['a(1)', 'b(2)']],
  [
    'a loop that awaits',
    'const out = []; for (const u of urls) out.push(await fetch_url(u)); out',
    pages,
  ],
  [
    'an async function that awaits each',
    'async function f() { const x = await a(1); return x + (await b(2)) }\nawait f()',
    'a(1)b(2)',
  ],
  [
    'an async reduce',
    'await urls.reduce(async (before, u) => [...(await before), await fetch_url(u)], [])',
    pages,
  ],
  ['a chain of then', "a(1).then(v => b(v)).then(v => v + '!')", 'b(a(1))!'],
  [
    'a const list that is also read',
    'const ps = urls.map(u => fetch_url(u)); ps[0].length + ps.length',
    15,
  ],
  [
    'a const that is also read',
    'const x = a(1); const y = b(2); const both = await Promise.all([x, y]); x.length + both.length',
    6,
  ],
]

for (const [what, source, value] of sequential) {
  t.test(`calls never overlap: ${what}`, async t => {
    const record = new OverlapRecord(Infinity, 5)
    const output = await outputOf(executor, { source, inputs, tools: record.tools(...TOOLS) })
    t.strictSame({ output, peak: record.peak }, { output: value, peak: 1 })
  })
}

t.test('concurrent calls are sent in the order of the source', async t => {
  const record = new OverlapRecord(4)
  const source = 'await Promise.all([a(1), b(2), ...[3, 4].map(n => a(n))])'
  await outputOf(executor, { source, tools: record.tools('a', 'b') })
  t.strictSame(record.calls, ['a(1)', 'b(2)', 'a(3)', 'a(4)'])
})

t.test('no more calls than maxConcurrentCalls are under way', async t => {
  const record = new OverlapRecord(Infinity, 5)
  const source = 'await Promise.all([1, 2, 3, 4, 5].map(n => a(n)))'
  const limits = { maxConcurrentCalls: 2 }
  const output = await outputOf(executor, { source, limits, tools: record.tools('a') })
  t.strictSame(
    { output, peak: record.peak },
    { output: ['a(1)', 'a(2)', 'a(3)', 'a(4)', 'a(5)'], peak: 2 },
  )
})

/** Tools of which the first call is answered last: after all others have been. */
function answeringBackwards(count: number) {
  const settle: (() => void)[] = []
  // Each in a turn of its own, so that its answer is on its way before the next.
  const answerNext = () => {
    settle.shift()?.()
    if (settle.length > 0) setImmediate(answerNext)
  }
  const late = (name: string) =>
    new Promise<string>(resolve => {
      settle.unshift(() => resolve(name))
      if (settle.length === count) answerNext()
    })
  return { late }
}

t.test('values come in the order of the source whatever order the answers have', async t => {
  const forms = [
    'await Promise.all([1, 2, 3].map(n => late(n)))',
    'late.map([1, 2, 3])',
    'parallel([[late, 1], [late, 2], [late, 3]])',
  ]
  for (const source of forms) {
    const output = await outputOf(executor, { source, tools: answeringBackwards(3) })
    t.strictSame(output, [1, 2, 3], source)
  }
})

t.test('callbacks of then run in the order of the answers', async t => {
  const source = `const order = []
    await Promise.all([1, 2, 3].map(n => late(n).then(v => { order.push(v) })))
    order`
  t.strictSame(await outputOf(executor, { source, tools: answeringBackwards(3) }), [3, 2, 1])
})

t.test('Promise.race gives what is answered first', async t => {
  const never = () => new Promise<never>(() => {})
  const source = 'final_answer(await Promise.race([never(), quick()]))'
  const tools = { never, quick: async () => 'quick' }
  t.equal(await outputOf(executor, { source, tools }), 'quick')
})
