/** `final_answer(v)` ends the execution there and then: nothing after it runs. */

import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { completed, startExecutor } from '../support/executor.ts'

const executor = startExecutor(t)

/** Where the answer is given; `mark(x)` and `console.log` behind it must never show. */
const places: [where: string, source: string][] = [
  ['at the top level', "final_answer(1); mark('after'); console.log('after')"],
  ['as the last statement', 'final_answer(1)'],
  ['in a return', "return final_answer(1), mark('after')"],
  ['under await', "await final_answer(1); mark('after')"],
  ['after await', "await null; await ok(); final_answer(1); mark('after')"],
  ['in a try with catch', "try { final_answer(1) } catch { mark('catch') } mark('after')"],
  [
    'in a try with finally',
    "try { final_answer(1) } finally { mark('finally'); console.log('finally') }",
  ],
  [
    'in a try with finally in a function',
    "const f = () => { try { final_answer(1) } finally { mark('finally') } }; f()",
  ],
  ['in a catch', "try { throw 1 } catch { final_answer(1) } finally { mark('finally') }"],
  ['in a finally', "try { mark } finally { final_answer(1); mark('after') } mark('after')"],
  [
    'in a loop',
    "for (let i = 0; ; i++) { if (i === 3) final_answer(1); if (i > 3) mark('after') }",
  ],
  ['in a callback', "[1, 2, 3].forEach(n => { final_answer(1); mark('after') }); mark('after')"],
  ['in a sort comparator', "[2, 1].sort(() => { final_answer(1); mark('after') }); mark('after')"],
  ['in a getter', "const o = { get x() { final_answer(1); mark('after') } }; o.x; mark('after')"],
  ['in toJSON', "JSON.stringify({ toJSON() { final_answer(1) } }); mark('after')"],
  ['in a proxy trap', "new Proxy({}, { get() { final_answer(1) } }).x; mark('after')"],
  [
    'in a generator',
    "function* g() { try { final_answer(1); yield 1 } finally { mark('finally') } }\n[...g()]; mark('after')",
  ],
  ['in a constructor', "class A { constructor() { final_answer(1) } }\nnew A(); mark('after')"],
  [
    'in a promise executor',
    "new Promise(() => { final_answer(1); mark('after') }).catch(() => mark('catch')); mark('after')",
  ],
  [
    'in a then callback',
    "await Promise.resolve().then(() => { final_answer(1); mark('after') }).finally(() => mark('finally')); mark('after')",
  ],
  [
    'in an async function that is awaited',
    "async function f() { try { await ok(); final_answer(1) } finally { mark('finally') } }\nawait f(); mark('after')",
  ],
  [
    'in an async function that is not awaited',
    "async function f() { await ok(); final_answer(1) }\nf(); 'value of the program'",
  ],
  [
    'in an async function that is called before others',
    "async function f() { final_answer(1) }\nf(); mark('after')",
  ],
  [
    'in a Promise.all',
    "await Promise.all([(async () => { final_answer(1) })(), (async () => { mark('second') })()])",
  ],
  [
    'in a timer',
    "setTimeout(() => { final_answer(1); mark('after') }, 1); setTimeout(() => mark('later'), 60000); await new Promise(() => {})",
  ],
  [
    'in a microtask',
    "queueMicrotask(() => { final_answer(1) }); queueMicrotask(() => mark('after')); await null; mark('after')",
  ],
  [
    'in an async generator',
    "async function* g() { yield 1; final_answer(1) }\nfor await (const x of g()) {}; mark('after')",
  ],
  ['in a disposal', "{ using r = { [Symbol.dispose]() { final_answer(1) } } }\nmark('after')"],
  ['in a static block', "class A { static { final_answer(1) } }\nmark('after')"],
  ['in an argument', 'mark(final_answer(1))'],
  ['twice', 'final_answer(1); final_answer(2)'],
  [
    'in both of two async functions',
    'const f = async n => { await ok(); final_answer(n) }; await Promise.all([f(1), f(2)])',
  ],
  [
    'under a patched global',
    "globalThis.final_answer = final_answer.bind(null); final_answer(1); mark('after')",
  ],
]

for (const [where, source] of places) {
  t.test(`an answer ${where} ends the program with nothing after it having run`, async t => {
    const marks: unknown[] = []
    const tools = {
      mark: async (value: unknown) => {
        marks.push(value)
      },
      ok: async () => {
        await turn()
      },
    }
    const { output, isFinalAnswer, logs } = await completed(executor, { source, tools })
    await turn()
    t.strictSame(
      { output, isFinalAnswer, logs, marks },
      { output: 1, isFinalAnswer: true, logs: [], marks: [] },
    )
  })
}

t.test('an answer of any kind is the output', async t => {
  const cases: [source: string, value: unknown][] = [
    ['final_answer()', undefined],
    ['final_answer(undefined)', undefined],
    ['final_answer(null)', null],
    ["final_answer('text')", 'text'],
    ['final_answer({ a: [1, { b: 2 }] })', { a: [1, { b: 2 }] }],
    ['final_answer(new Map([[1, new Set([2])]]))', new Map([[1, new Set([2])]])],
    ['final_answer(10n ** 20n)', 10n ** 20n],
    ['final_answer(-0)', -0],
  ]
  for (const [source, value] of cases) {
    const { output, isFinalAnswer } = await completed(executor, source)
    t.strictSame({ output, isFinalAnswer }, { output: value, isFinalAnswer: true }, source)
  }
})

t.test('an answer is taken as it is at that moment', async t => {
  const source = 'const list = [1]; setTimeout(() => list.push(2)); final_answer(list)'
  t.strictSame((await completed(executor, source)).output, [1])
})

t.test('a program that returns has given no final answer', async t => {
  t.equal((await completed(executor, '1')).isFinalAnswer, false)
})

t.test('log lines and calls before the answer stay', async t => {
  const tools = { ok: async () => 1 }
  const source = "console.log('a'); ok(); console.warn('b'); final_answer(2); console.log('c')"
  const { logs, calls } = await completed(executor, { source, tools })
  t.strictSame(
    {
      logs: logs.map(({ level, text }) => [level, text]),
      calls: calls.map(({ status }) => status),
    },
    {
      logs: [
        ['log', 'a'],
        ['warn', 'b'],
      ],
      calls: ['completed'],
    },
  )
})

t.test('calls under way are cancelled by the answer, their signals aborted', async t => {
  const { promise: aborted, resolve } = Promise.withResolvers<unknown>()
  const slow = {
    name: 'slow',
    description: '',
    execute: (_input: never, { signal }: { signal: AbortSignal }) =>
      new Promise<never>(() => signal.addEventListener('abort', () => resolve(signal.aborted))),
  }
  const source = 'const p = slow.async(); final_answer(1)'
  const { calls } = await completed(executor, { source, tools: [slow] })
  t.strictSame(
    calls.map(({ status }) => status),
    ['cancelled'],
  )
  t.equal(await aborted, true)
})

t.test('calls that wait for their turn when the answer comes are never made', async t => {
  const made: unknown[] = []
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const tools = {
    first: async (n: number) => {
      made.push(n)
      await released
    },
  }
  const source = 'const ps = [1, 2, 3].map(n => first.async(n)); final_answer(1)'
  await completed(executor, { source, tools, limits: { maxConcurrentCalls: 1 } })
  release()
  await turn()
  await turn()
  t.strictSame(made, [1])
})

t.test('a stream that is open when the answer comes is ended by its finally', async t => {
  const { promise: closed, resolve } = Promise.withResolvers<string>()
  const tools = {
    items: async function* () {
      try {
        for (let n = 1; ; n++) yield n
      } finally {
        resolve('closed')
      }
    },
  }
  const source = 'for (const n of items()) if (n === 3) final_answer(n)'
  t.equal((await completed(executor, { source, tools })).output, 3)
  t.equal(await closed, 'closed')
})

t.test('what cannot be read of an answer is told as text', async t => {
  const source = "final_answer({ get x() { throw new RangeError('g') } }); console.log('after')"
  const { output, isFinalAnswer, logs } = await completed(executor, source)
  t.strictSame(
    { output, isFinalAnswer, logs },
    { output: { x: '[Getter: <Inspection threw (g)>]' }, isFinalAnswer: true, logs: [] },
  )
})

t.test('a local function of that name shadows it', async t => {
  const { output, isFinalAnswer } = await completed(
    executor,
    'const final_answer = x => x + 1; final_answer(1)',
  )
  t.strictSame({ output, isFinalAnswer }, { output: 2, isFinalAnswer: false })
})

t.test('an execution after one that answered starts afresh', async t => {
  await completed(executor, 'globalThis.left = 1; Array.prototype.map = null; final_answer(1)')
  const source = '[typeof left, [1].map(x => x + 1)]'
  t.strictSame((await completed(executor, source)).output, ['undefined', [2]])
})

t.test('log lines and calls right before the answer are never lost', async t => {
  const seen = new Set<string>()
  const tools = { slow: () => new Promise<never>(() => {}) }
  const source = "console.log('a'); const p = slow.async(); console.log('b'); final_answer(1)"
  for (let i = 0; i < 50; i++) {
    const { logText, calls } = await completed(executor, { source, tools })
    seen.add(`${logText} ${calls.map(({ status }) => status)}`)
  }
  t.strictSame([...seen], ['a\nb cancelled'])
})
