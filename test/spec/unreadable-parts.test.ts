/** Parts of an output that cannot be read: each becomes a text, and all others stay as they are. */

import fc from 'fast-check'
import t from 'tap'
import { completed, startExecutor } from '../support/executor.ts'

const executor = startExecutor(t)

/** Expressions of a part that throws when it is read, and the text that stands for it. */
const unreadable: [what: string, source: string, text: string | RegExp][] = [
  [
    'a proxy whose keys cannot be read',
    "new Proxy({}, { ownKeys() { throw new Error('x') } })",
    '<Inspection threw>',
  ],
  [
    'a proxy whose prototype cannot be read',
    "new Proxy({}, { getPrototypeOf() { throw 'x' } })",
    '<Inspection threw>',
  ],
  [
    'a revoked proxy',
    '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()',
    '<Inspection threw>',
  ],
  ['a toJSON that throws', "({ toJSON() { throw new Error('x') } })", /toJSON/],
  ['a toJSON getter that throws', "({ get toJSON() { throw new Error('x') } })", /toJSON/],
  ['an array whose length is none', "new Proxy([], { get: () => 'x' })", /./],
]
for (const [what, source, text] of unreadable) {
  t.test(`${what} becomes text`, async t => {
    const { output, outputForms } = await completed(executor, `[1, { a: ${source} }, [2]]`)
    const [first, { a }, last] = output as [unknown, { a: unknown }, unknown]
    t.strictSame([first, last, outputForms?.exact], [1, [2], false])
    t.match(a, text)
  })
}

const holders: [what: string, source: string, value: unknown][] = [
  ['an object', '({ a: 1, get b() { throw 1 }, c: 2 })', { a: 1, b: threw('1'), c: 2 }],
  [
    'an object without prototype',
    'Object.defineProperty(Object.assign(Object.create(null), { a: 1 }), "b", { enumerable: true, get() { throw 1 } })',
    Object.assign(Object.create(null), { a: 1, b: threw('1') }),
  ],
  [
    'an array',
    'Object.defineProperty([1, 2, 3], 1, { get() { throw new TypeError("t") } })',
    [1, threw('t'), 3],
  ],
  [
    'a sparse array',
    'Object.defineProperty(Object.assign([], { 500: 3 }), 1, { enumerable: true, get() { throw 1 } })',
    Object.assign([], { 1: threw('1'), 500: 3 }),
  ],
  [
    'a proxy that answers one key by throwing',
    'new Proxy({ a: 1, b: 2 }, { get(o, k) { if (k === "b") throw new Error("no"); return o[k] } })',
    { a: 1, b: threw('no') },
  ],
  [
    'an instance',
    'class A { a = 1 }; Object.defineProperty(new A(), "b", { enumerable: true, get() { throw 1 } })',
    { a: 1, b: threw('1') },
  ],
  [
    'an error that throws an error without message',
    '({ get a() { throw { get message() { throw 1 } } } })',
    { a: threw('{ message: [Getter] }') },
  ],
]
for (const [what, source, value] of holders) {
  t.test(`what cannot be read of ${what} costs nothing else`, async t => {
    t.strictSame((await completed(executor, source)).output, value)
  })
}

t.test('an error whose cause or name cannot be read crosses without it', async t => {
  const source = `const e = Object.assign(new RangeError('m'), { code: 'C' })
    Object.defineProperty(e, 'cause', { get() { throw new Error('no') } })
    Object.defineProperty(e, 'name', { get() { throw new Error('no') } })
    ;[e]`
  const [error] = (await completed(executor, source)).output as [Error & { code: string }]
  t.strictSame(
    [error.message, error.code, error.cause, error.name],
    ['m', 'C', threw('no'), threw('no')],
  )
})

t.test('the text of an output names a getter and does not call it', async t => {
  const { outputForms } = await completed(executor, '({ a: 1, get b() { throw 1 } })')
  t.equal(outputForms?.text, '{ a: 1, b: [Getter] }')
})

function threw(what: string): string {
  return `[Getter: <Inspection threw (${what})>]`
}

/** Stands in an expected value for a part that cannot be read. */
const UNREADABLE = Symbol('unreadable')

type Sample = { value: unknown; source: string }

const samples: fc.Arbitrary<Sample> = fc.letrec<{ node: Sample }>(tie => ({
  node: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(fc.integer(), fc.string()).map(value => ({ value, source: JSON.stringify(value) })),
    fc.constantFrom(...unreadable).map(([, source]) => ({ value: UNREADABLE, source })),
    fc.array(tie('node'), { maxLength: 4 }).map(parts => ({
      value: parts.map(({ value }) => value),
      source: `[${parts.map(({ source }) => source)}]`,
    })),
    fc.array(fc.tuple(tie('node'), fc.boolean()), { maxLength: 4 }).map(parts => ({
      value: Object.fromEntries(
        parts.map(([{ value }, throws], i) => [`k${i}`, throws ? UNREADABLE : value]),
      ),
      source: `({${parts.map(([{ source }, throws], i) =>
        throws ? `get k${i}() { throw new Error('x') }` : `k${i}: ${source}`,
      )}})`,
    })),
  ),
})).node

t.test('a value loses the parts that cannot be read, and no other', async t => {
  const property = fc.asyncProperty(samples, async ({ value, source }) => {
    const { output, outputForms } = await completed(executor, `[${source}]`)
    const found = JSON.stringify(output, withTexts([value]))
    t.equal(
      found,
      JSON.stringify([value], (_, part) => (part === UNREADABLE ? '?' : part)),
    )
    t.strictSame(outputForms?.value, output)
  })
  await fc.assert(property, { numRuns: 150 })
})

/** A replacer that puts `?` for each text that stands where the expected value cannot be read. */
function withTexts(expected: unknown) {
  const expectedOf = new Map<unknown, unknown>()
  return function (this: unknown, key: string, part: unknown): unknown {
    const wanted = key === '' ? expected : (expectedOf.get(this) as Record<string, unknown>)?.[key]
    if (wanted === UNREADABLE) return typeof part === 'string' ? '?' : part
    expectedOf.set(part, wanted)
    return part
  }
}
