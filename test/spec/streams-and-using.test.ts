/** Tools that yield give iterators; `using` and `await using` dispose. */

import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { completed, failureOf, outputOf, startExecutor } from '../support/executor.ts'

const executor = startExecutor(t)

/** A tool that counts up, with a record of what it did. */
function counting(end = Infinity) {
  const events: unknown[] = []
  async function* count(from: number) {
    try {
      for (let n = from; n < end; n++) {
        await turn()
        events.push(n)
        yield n
      }
      events.push('end')
    } finally {
      await turn()
      events.push('finally')
    }
  }
  return { events, tools: { count, mark: async (what: unknown) => void events.push(what) } }
}

/** How a whole stream is read, the source, its value; the stream is 1, 2, 3. */
const readings: [how: string, source: string, value: unknown][] = [
  ['for of', 'const out = []; for (const n of count(1)) out.push(n); out', [1, 2, 3]],
  ['for await', 'const out = []; for await (const n of count(1)) out.push(n); out', [1, 2, 3]],
  [
    'for await over an awaited call',
    'const out = []; for await (const n of await count(1)) out.push(n); out',
    [1, 2, 3],
  ],
  ['a spread', '[...count(1)]', [1, 2, 3]],
  ['Array.from', 'Array.from(count(1), n => n * 2)', [2, 4, 6]],
  ['iterator helpers', 'count(1).map(n => n + 1).filter(n => n > 2).toArray()', [3, 4]],
  ['yield*', 'function* g() { yield 0; yield* count(1) }\n[...g()]', [0, 1, 2, 3]],
  [
    'yield* in an async generator',
    'async function* g() { yield* count(1) }\nconst out = []; for await (const n of g()) out.push(n); out',
    [1, 2, 3],
  ],
  ['destructuring', 'const [a, ...rest] = count(1); [a, rest]', [1, [2, 3]]],
  ['arguments', 'Math.max(...count(1))', 3],
  ['a Set', '[...new Set(count(1))]', [1, 2, 3]],
  [
    'next',
    'const s = count(1); [s.next(), s.next().value, s.next().value, s.next(), s.next()]',
    [
      { value: 1, done: false },
      2,
      3,
      { value: undefined, done: true },
      { value: undefined, done: true },
    ],
  ],
  [
    'a helper of the program',
    'const total = s => { let t = 0; for (const n of s) t += n; return t }; total(count(1))',
    6,
  ],
  [
    'a call of a tool for each item',
    'const out = []; for (const n of count(1)) { mark(n * 10); out.push(n) }; out',
    [1, 2, 3],
  ],
]

for (const [how, source, value] of readings) {
  t.test(`a stream is read whole by ${how}`, async t => {
    const { tools, events } = counting(4)
    t.strictSame(await outputOf(executor, { source, tools }), value)
    t.equal(events.at(-1), 'finally')
  })
}

/** How a stream is left early, the source, what the tool has done when the next line runs. */
const leavings: [how: string, source: string, events: unknown[]][] = [
  [
    'break',
    "for (const n of count(1)) if (n === 2) break\nmark('after')",
    [1, 2, 'finally', 'after'],
  ],
  [
    'return',
    "const f = () => { for (const n of count(1)) if (n === 2) return n }; f(); mark('after')",
    [1, 2, 'finally', 'after'],
  ],
  [
    'a top-level return in a loop',
    'for (const n of count(1)) if (n === 2) return n',
    [1, 2, 'finally'],
  ],
  [
    'throw',
    "try { for (const n of count(1)) if (n === 2) throw new Error('x') } catch { mark('caught') }",
    [1, 2, 'finally', 'caught'],
  ],
  [
    'an outer continue',
    "outer: for (const k of [1]) { for (const n of count(1)) if (n === 2) continue outer }\nmark('after')",
    [1, 2, 'finally', 'after'],
  ],
  ['destructuring', "const [a, b] = count(1); mark('after')", [1, 2, 'finally', 'after']],
  ['take', "count(1).take(2).toArray(); mark('after')", [1, 2, 'finally', 'after']],
  ['find', "count(1).find(n => n === 2); mark('after')", [1, 2, 'finally', 'after']],
  [
    'return of the iterator',
    "const s = count(1); s.next(); s.return(); mark('after')",
    [1, 'finally', 'after'],
  ],
  [
    'break of for await',
    "for await (const n of count(1)) if (n === 2) break\nmark('after')",
    [1, 2, 'finally', 'after'],
  ],
  [
    'return of for await',
    "const f = async () => { for await (const n of count(1)) if (n === 2) return n }; await f(); mark('after')",
    [1, 2, 'finally', 'after'],
  ],
  [
    'return of a generator over it',
    "function* g() { yield* count(1) }\nfor (const n of g()) if (n === 2) break\nmark('after')",
    [1, 2, 'finally', 'after'],
  ],
  ['using', "{ using s = count(1); s.next() }\nmark('after')", [1, 'finally', 'after']],
  ['await using', "{ await using s = count(1); s.next() }\nmark('after')", [1, 'finally', 'after']],
]

for (const [how, source, events] of leavings) {
  t.test(`leaving a stream by ${how} runs the tool's finally before the next line`, async t => {
    const counted = counting()
    await outputOf(executor, { source, tools: counted.tools })
    t.strictSame(counted.events, events)
  })
}

t.test("leaving for await by throw runs the tool's finally before the program ends", async t => {
  const { tools, events } = counting()
  const source = "try { for await (const n of count(1)) throw 1 } catch { mark('caught') }"
  await outputOf(executor, { source, tools })
  t.strictSame(events.toSorted(), [1, 'caught', 'finally'])
})

t.test("an uncaught error in a loop over a stream runs the tool's finally", async t => {
  const { tools, events } = counting()
  await failureOf(executor, { source: "for (const n of count(1)) throw new Error('x')", tools })
  t.strictSame(events, [1, 'finally'])
})

t.test('a stream that is never read is ended with the execution', async t => {
  const { promise: closed, resolve } = Promise.withResolvers<string>()
  const opened = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ value: 1, done: false }),
      return: async () => {
        resolve('closed')
        return { value: undefined, done: true }
      },
    }),
  }
  const source = 'const s = open(); s.next().value'
  t.equal(await outputOf(executor, { source, tools: { open: () => opened } }), 1)
  t.equal(await closed, 'closed')
})

t.test('an item is taken only when the program asks for it', async t => {
  const { tools, events } = counting()
  const source = "const s = count(1); mark('opened'); s.next(); mark('one'); s.next(); s.return()"
  await outputOf(executor, { source, tools })
  t.strictSame(events, ['opened', 1, 'one', 2, 'finally'])
})

t.test('two streams are read side by side', async t => {
  const { tools } = counting(4)
  const source =
    'const a = count(1), b = count(2); [a.next().value, b.next().value, a.next().value, [...b]]'
  t.strictSame(await outputOf(executor, { source, tools }), [1, 2, 2, [3]])
})

t.test('a stream that throws throws at its next item, after the items before', async t => {
  const tools = {
    async *failing() {
      yield 1
      throw new RangeError('dry')
    },
  }
  const sources = [
    'const out = []; try { for (const n of failing()) out.push(n) } catch (e) { out.push(e.name, e.tool) } out',
    'const out = []; try { for await (const n of failing()) out.push(n) } catch (e) { out.push(e.name, e.tool) } out',
  ]
  for (const source of sources) {
    t.strictSame(await outputOf(executor, { source, tools }), [1, 'RangeError', 'failing'])
  }
})

t.test('a synchronous generator is a stream, a list is a value', async t => {
  const tools = {
    *numbers() {
      yield 1
      yield 2
    },
    list: () => [1, 2],
  }
  const source = '[typeof numbers().next, [...numbers()], Array.isArray(numbers()), list()]'
  t.strictSame(await outputOf(executor, { source, tools }), ['function', [1, 2], false, [1, 2]])
})

t.test('items cross exactly', async t => {
  const items = [undefined, new Date(5), new Map([[1, 2]]), { a: [NaN] }]
  const tools = {
    async *all() {
      yield* items
    },
  }
  t.strictSame(await outputOf(executor, { source: '[...all()]', tools }), items)
})

t.test('streams that are read concurrently interleave', async t => {
  const { tools } = counting(4)
  const source = `const read = async s => { const out = []; for await (const n of s) out.push(n); return out }
    await Promise.all([read(count(1)), read(count(2))])`
  t.strictSame(await outputOf(executor, { source, tools }), [
    [1, 2, 3],
    [2, 3],
  ])
})

t.test('a stream is one call, and its record ends with it', async t => {
  const { tools } = counting(3)
  const { calls } = await completed(executor, { source: '[...count(1)]', tools })
  t.strictSame(
    calls.map(({ tool, status }) => [tool, status]),
    [['count', 'completed']],
  )
})

/** What a program disposes, the source, its value. */
const disposals: [what: string, source: string, value: unknown][] = [
  [
    'using disposes in reverse order at the end of its block',
    `const log = []; const r = n => ({ [Symbol.dispose]() { log.push(n) } })
     { using a = r('a'); using b = r('b'); log.push('body') } log`,
    ['body', 'b', 'a'],
  ],
  [
    'using disposes when its block throws',
    `const log = []; try { using a = { [Symbol.dispose]() { log.push('disposed') } }; throw new Error('x') } catch (e) { log.push(e.message) } log`,
    ['disposed', 'x'],
  ],
  [
    'using disposes before a function returns',
    `const log = []; const f = () => { using a = { [Symbol.dispose]() { log.push('disposed') } }; return 'value' }; [f(), log]`,
    ['value', ['disposed']],
  ],
  ['using takes null', "{ using a = null; using b = undefined; 'fine' }", 'fine'],
  [
    'using in a loop disposes each',
    `const log = []; for (using r of [1, 2].map(n => ({ [Symbol.dispose]() { log.push(n) } }))) log.push('body') \n log`,
    ['body', 1, 'body', 2],
  ],
  [
    'await using awaits the disposal',
    `const log = []; { await using a = { async [Symbol.asyncDispose]() { await null; log.push('disposed') } } } log.push('after'); log`,
    ['disposed', 'after'],
  ],
  [
    'two failures are a SuppressedError',
    `try { using a = { [Symbol.dispose]() { throw new Error('dispose') } }; throw new Error('body') } catch (e) { [e.name, e.error.message, e.suppressed.message] }`,
    ['SuppressedError', 'dispose', 'body'],
  ],
  [
    'a DisposableStack disposes in reverse order',
    `const log = []; { using s = new DisposableStack(); s.defer(() => log.push(1)); s.defer(() => log.push(2)) } log`,
    [2, 1],
  ],
  [
    'an AsyncDisposableStack awaits',
    `const log = []; { await using s = new AsyncDisposableStack(); s.defer(async () => { await null; log.push(1) }) } log`,
    [1],
  ],
  [
    'a top-level using disposes after the program',
    `globalThis.log = []; using a = { [Symbol.dispose]() { console.log('disposed') } }; console.log('body'); 5`,
    5,
  ],
]

for (const [what, source, value] of disposals) {
  t.test(what, async t => t.strictSame(await outputOf(executor, source), value))
}

t.test('a top-level using disposes after the last statement and before the end', async t => {
  const source =
    "using a = { [Symbol.dispose]() { console.log('disposed') } }\nconsole.log('body'); return 5"
  const { output, logText } = await completed(executor, source)
  t.strictSame({ output, logText }, { output: 5, logText: 'body\ndisposed' })
})
