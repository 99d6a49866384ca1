/** Promises inside of what a program gives: awaited in a result, refused where nothing can await them. */

import fc from 'fast-check'
import t from 'tap'
import { completed, failureOf, outputOf, startExecutor } from '../support/executor.ts'

const executor = startExecutor(t, [
  {
    name: 'read',
    async execute([path]: [string]) {
      if (path === 'c') throw Object.assign(new RangeError('no such file c'), { code: 'ENOENT' })
      return `text of ${path}`
    },
  },
  { name: 'store', execute: async (args: unknown) => JSON.stringify(args) },
])

const FILES = { files: ['text of a', 'text of b'] }
const READ = "{ files: ['a', 'b'].map(async path => read(path)) }"

const settled: [where: string, source: string, value: unknown][] = [
  ['in the last expression', `(${READ})`, FILES],
  ['in a returned value', `return ${READ}`, FILES],
  ['in an answer', `final_answer(${READ})`, FILES],
  ['in an answer of an async function', `const f = async () => final_answer(${READ}); f()`, FILES],
  ['in an answer within an expression', `null ?? final_answer(${READ})`, FILES],
  ['in an answer of an arrow in a call', `await (async () => { final_answer(${READ}) })()`, FILES],
  ['as an answer', 'async function main() { return 7 }\nfinal_answer(main())', 7],
  ['in an answer that starts an expression', `let x = 1\nfinal_answer(${READ}).x, 2`, FILES],
  ['after a line without a semicolon', `const x = 1\nfinal_answer(${READ})`, FILES],
  ['in a Map', "new Map([['a', read.async('a')]])", new Map([['a', 'text of a']])],
  ['as a key of a Map', "new Map([[read.async('a'), 1]])", new Map([['text of a', 1]])],
  ['in a Set', "new Set([read.async('a')])", new Set(['text of a'])],
  [
    'as primitives that JSON has not',
    '[NaN, undefined, -0].map(async x => x)',
    [NaN, undefined, -0],
  ],
  ['nested', 'Promise.resolve([{ a: Promise.resolve([Promise.resolve(1)]) }])', [{ a: [1] }]],
  ['of a subclass', 'class Later extends Promise {}; [Later.resolve(1)]', [1]],
  ['without a prototype', '[Object.setPrototypeOf(Promise.resolve(1), null)]', [1]],
  ['from a getter', "({ get a() { return read.async('a') } })", { a: 'text of a' }],
  ['from toJSON', '({ a: { toJSON: async () => ({ b: 1 }) } })', { a: { b: 1 } }],
  ['after a timer', '[new Promise(done => setTimeout(done, 5, 1))]', [1]],
  [
    'under patched built-ins',
    "delete Promise.prototype.then; Promise.prototype.constructor = null; [read.async('a')]",
    ['text of a'],
  ],
]
for (const [where, source, value] of settled) {
  t.test(`promises ${where} are awaited`, async t => {
    t.strictSame(await outputOf(executor, source), value)
  })
}

t.test('promises in the value of a session’s program are awaited', async t => {
  const { sessionId } = await executor.sessions.create()
  await completed(executor, { source: "const later = [read.async('a')]", sessionId })
  t.strictSame(await outputOf(executor, { source: '({ later })', sessionId }), {
    later: ['text of a'],
  })
  const answer = await completed(executor, { source: 'final_answer({ later })', sessionId })
  t.strictSame([answer.output, answer.isFinalAnswer], [{ later: ['text of a'] }, true])
})

t.test('a value that leads to itself by a promise is a cycle', async t => {
  const value = (await outputOf(
    executor,
    'const o = {}; o.list = [Promise.resolve(o), (async () => o)()]; o',
  )) as { list: unknown[] }
  t.equal(value.list[0], value)
  t.equal(value.list[1], value)
})

t.test('plain JSON that promises gave is exact', async t => {
  const { output, outputForms } = await completed(executor, `(${READ})`)
  t.strictSame([output, outputForms?.exact], [FILES, true])
  t.equal(outputForms?.text, "{ files: [ 'text of a', 'text of b' ] }")
})

t.test('an answer that waits lets nothing after it run', async t => {
  const source = `try { final_answer([read.async('a')]) } catch { console.log('catch') }
    finally { console.log('finally') }
    console.log('after')`
  const { output, isFinalAnswer, logs } = await completed(executor, source)
  t.strictSame([output, isFinalAnswer, logs], [['text of a'], true, []])
})

t.test('an answer given by what an answer waits for is the answer', async t => {
  const source =
    "async function main() { const x = await read('a'); final_answer(x) }\nfinal_answer(main())"
  t.equal(await outputOf(executor, source), 'text of a')
})

const failing: [where: string, source: string, path: string][] = [
  ['in the last expression', "({ files: ['a', 'c'].map(async p => read(p)) })", 'output.files[1]'],
  ['in a Map', "new Map([['k', read.async('c')]])", 'output.get("k")'],
  ['in an answer', "final_answer({ a: [read.async('c')] })", 'output.a[0]'],
  ['beside one that never settles', "[new Promise(() => {}), read.async('c')]", 'output[1]'],
]
for (const [where, source, path] of failing) {
  t.test(`a promise rejected ${where} fails the program and is named`, async t => {
    t.match(await failureOf(executor, source), {
      code: 'GUEST_ERROR',
      name: 'RangeError',
      message: `no such file c (the promise at ${path} was rejected)`,
      line: 1,
    })
  })
}

const rejectedAtOnce: [what: string, source: string, message: string][] = [
  ['itself', "final_answer(Promise.reject(new Error('x')))", 'x (the promise at output'],
  [
    'of a callback',
    'final_answer({ a: [1].map(async () => { null.x }) })',
    "cannot read property 'x' of null (the promise at output.a[0]",
  ],
  [
    'in an async function',
    "async function main() { final_answer(Promise.reject(new Error('x'))) }\nawait main()",
    'x (the promise at output',
  ],
  [
    'with an error of syntax',
    "final_answer([(async () => JSON.parse('{'))()])",
    "Expected property name or '}' in JSON at position 1 (line 1 column 2) (the promise at output[0]",
  ],
]
for (const [what, source, message] of rejectedAtOnce) {
  t.test(`an answer that is rejected before any wait, ${what}, fails the program`, async t => {
    const { sessionId } = await executor.sessions.create()
    for (const request of [{ source }, { source, sessionId }]) {
      const failure = await failureOf(executor, request)
      t.match(failure, { code: 'GUEST_ERROR', message: `${message} was rejected)`, line: 1 })
    }
  })
}

t.test('a promise that nothing can settle is a deadlock', async t => {
  t.match(await failureOf(executor, '({ a: [new Promise(() => {})] })'), { code: 'DEADLOCK' })
})

const refused: [where: string, call: string, path: string][] = [
  ['an argument', "store('both', ['a'].map(async path => read(path)))", 'args[1][0]'],
  ['a nested argument', 'store({ a: new Set([Promise.resolve(1)]) })', 'args[0].a.item'],
  [
    'an answer of a plain function',
    '(() => final_answer({ a: [Promise.resolve(1)] }))()',
    'output.a[0]',
  ],
  ['an answer of a callback', '[1].forEach(() => final_answer(Promise.resolve(1)))', 'output'],
]
for (const [where, call, path] of refused) {
  t.test(`a promise in ${where} is a TypeError that names it`, async t => {
    const source = `try { ${call} } catch (e) { [e instanceof TypeError, e.code, e.message] }`
    t.strictSame(await outputOf(executor, source), [
      true,
      'VALUE_NOT_TRANSFERABLE',
      `Cannot send ${path}: a promise cannot cross to the host`,
    ])
    const { hint } = await failureOf(executor, call)
    t.match(hint, 'Await the promise first')
  })
}

t.test('a log shows how a promise stands', async t => {
  const source = `const failed = Promise.reject('no'); failed.catch(() => {})
    console.log(Promise.resolve(5), [failed], new Promise(() => {}))`
  const { logs } = await completed(executor, source)
  t.strictSame(
    logs.map(({ text }) => text),
    ["Promise { 5 } [ Promise { <rejected> 'no' } ] Promise { <pending> }"],
  )
})

t.test('an object with a then method inside a value is no promise', async t => {
  const value = (await outputOf(executor, '[{ then: f => f(1) }]')) as object[]
  t.strictSame(Object.entries(value[0] as object), [['then', '[Function: then]']])
})

/** A value, and the source of an expression for it in which parts are promises. */
const promising: fc.Arbitrary<{ value: unknown; source: string }> = fc.letrec<{
  node: { value: unknown; source: string }
}>(tie => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.integer(), fc.string(), fc.constantFrom(null, true)).map(value => ({
      value,
      source: JSON.stringify(value),
    })),
    fc.array(tie('node'), { maxLength: 4 }).map(parts => ({
      value: parts.map(({ value }) => value),
      source: `[${parts.map(({ source }) => source)}]`,
    })),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), tie('node'), { maxKeys: 4 }).map(parts => ({
      value: Object.fromEntries(Object.entries(parts).map(([key, { value }]) => [key, value])),
      source: `({${Object.entries(parts).map(([key, { source }]) => `${key}: ${source}`)}})`,
    })),
    fc.tuple(tie('node'), fc.nat(2)).map(([{ value, source }, turns]) => ({
      value,
      source: `(async () => { ${'await null; '.repeat(turns)}return ${source} })()`,
    })),
  ),
})).node

t.test('a value comes out the same whatever parts of it are promises', async t => {
  const property = fc.asyncProperty(promising, async ({ value, source }) => {
    t.strictSame(await outputOf(executor, `return [${source}]`), [value])
    t.strictSame(await outputOf(executor, `final_answer([${source}])`), [value])
  })
  await fc.assert(property, { numRuns: 150 })
})
