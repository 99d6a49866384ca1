/** Values cross by value and exactly: inputs, arguments, results, items and outputs. */

import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { assertSame, exactValues } from '../support/exact-values.ts'
import { openExecutor } from '../support/executor.ts'
import { isLong } from '../support/length.ts'

let received: unknown
let given: () => unknown = () => undefined

const executor = openExecutor(t, {
  workers: 2,
  tools: [
    {
      name: 'echo',
      description: '',
      execute: async (value: unknown) => {
        received = value
        return value
      },
    },
    { name: 'give', description: '', execute: async () => given() },
    {
      name: 'named',
      description: '',
      inputSchema: { type: 'object', properties: { left: {}, right: {} } },
      execute: async (input: unknown) => {
        received = input
      },
    },
    {
      name: 'items',
      description: '',
      execute: async function* () {
        yield given()
      },
    },
  ],
})

const limits = { maxOutputBytes: 16 * 1_048_576 }

/** Runs a program that completes; gives its outcome. */
async function run(source: string, inputs?: Record<string, unknown>) {
  const outcome = await executor.execute({ source, limits, ...(inputs && { inputs }) })
  if (outcome.status !== 'completed') throw new Error(JSON.stringify(outcome))
  return { output: outcome.output, ...outcome.outputForms }
}

t.test('any value crosses from host to guest to tool and back without a change', async () => {
  const property = fc.asyncProperty(exactValues, async v => {
    const { output, exact, value } = await run('echo(inputs.v)', { v })
    assertSame(received, v)
    assertSame(output, v)
    if (exact) assert.deepStrictEqual(value, v)
  })
  await fc.assert(property, { numRuns: isLong ? 400 : 200 })
})

t.test('any value crosses by an awaited call and as an item of a stream', async () => {
  const property = fc.asyncProperty(exactValues, async v => {
    given = () => v
    const { output } = await run(
      `const [item] = items()
       return { awaited: await echo(inputs.v), item }`,
      { v },
    )
    const parts = output as Record<string, unknown>
    assertSame(parts.awaited, v)
    assertSame(parts.item, v)
  })
  await fc.assert(property, { numRuns: isLong ? 200 : 100 })
})

/** What a clone of this Node gives. */
function clonedHere(v: unknown): unknown {
  try {
    return { clone: structuredClone(v) }
  } catch (error) {
    return { refused: (error as Error).name }
  }
}

t.test('structuredClone gives of any value what it gives in Node', async () => {
  const source =
    'try { return { clone: structuredClone(inputs.v) } } catch (e) { return { refused: e.name } }'
  const property = fc.asyncProperty(exactValues, async v => {
    assertSame((await run(source, { v })).output, clonedHere(v))
  })
  await fc.assert(property, { numRuns: isLong ? 300 : 150 })
})

t.test('an input is in inputs and a global, and inputs cannot be changed', async t => {
  const source = `inputs.when === when && (() => { 'use strict'; try { inputs.when = 1 } catch (e) { return e.name } })()`
  t.equal((await run(source, { when: new Date(0) })).output, 'TypeError')
})

const plainForms: [what: string, source: string, value: unknown, exact?: true][] = [
  [
    'a tree of plain values',
    '({ a: [1, "x", null, true, { b: {} }] })',
    { a: [1, 'x', null, true, { b: {} }] },
    true,
  ],
  ['undefined', 'undefined', null],
  ['undefined in a list', '[undefined]', [null]],
  ['a number that JSON has not', '[NaN, Infinity, -Infinity]', [null, null, null]],
  ['a negative zero', '[-0]', [0]],
  ['a BigInt', '[12345678901234567890n]', ['12345678901234567890']],
  ['a Date', '[new Date(0)]', ['1970-01-01T00:00:00.000Z']],
  ['an invalid Date', '[new Date(NaN)]', [null]],
  ['a Map', 'new Map([["a", new Map([[1, 2]])]])', [['a', [[1, 2]]]]],
  ['a Set', 'new Set([1, [2]])', [1, [2]]],
  ['a typed array', 'new Int16Array([1, -2])', [1, -2]],
  ['a typed array of BigInts', 'new BigInt64Array([1n])', ['1']],
  ['an ArrayBuffer', 'new Uint8Array([7, 8]).buffer', [7, 8]],
  ['a RegExp', '[/a+/gi]', ['/a+/gi']],
  ['a URL', '[new URL("https://example.com/x")]', ['https://example.com/x']],
  ['an Error', '[new RangeError("no", { cause: 1 })]', [{ name: 'RangeError', message: 'no' }]],
  ['a cycle', 'const a = { b: [] }; a.b.push(a); a', { b: ['[Circular]'] }],
  ['a shared part', 'const s = [1]; [s, s]', [[1], [1]]],
  ['a sparse array', '[1, , 3]', [1, null, 3]],
  ['an object without prototype', 'Object.assign(Object.create(null), { a: 1 })', { a: 1 }],
  ['a boxed primitive', '[Object(1), Object("x")]', [1, 'x']],
]
for (const [what, source, value, exact = false] of plainForms) {
  t.test(`the plain form of ${what} is as the contract says`, async t => {
    const outcome = await run(source)
    t.strictSame([outcome.value, outcome.exact], [value, exact])
    t.equal(outcome.encoded === undefined, exact, 'the exact form is there when it is needed')
  })
}

const crossing: [what: string, source: string, value: unknown][] = [
  [
    'an object with toJSON crosses as what that returns',
    '({ toJSON: () => ({ a: 1 }) })',
    { a: 1 },
  ],
  ['toJSON is told its key', '({ k: { toJSON: key => key } })', { k: 'k' }],
  [
    'a class with toJSON crosses as what that returns',
    'class A { toJSON() { return [1] } }; new A()',
    [1],
  ],
  [
    'a class instance crosses as its own enumerable properties',
    'class A { x = 1; #y = 2; get z() { return 3 } }; new A()',
    { x: 1 },
  ],
  [
    'a Map crosses as a Map whatever toJSON it has',
    'const m = new Map([[1, 2]]); m.toJSON = () => 0; m',
    new Map([[1, 2]]),
  ],
  [
    'an Error crosses as an Error whatever toJSON it has',
    'const e = new TypeError("x"); Object.defineProperty(e, "toJSON", { value: () => 0 }); e',
    new TypeError('x'),
  ],
  [
    'a buffer crosses as a buffer whatever toJSON it has',
    'const b = new ArrayBuffer(2); b.toJSON = () => 0; new Uint8Array(b)',
    new Uint8Array(2),
  ],
  [
    'a DOMException crosses as an error',
    'new DOMException("x", "AbortError")',
    Object.defineProperty(new Error('x'), 'name', { value: 'AbortError' }),
  ],
  [
    'a key __proto__ crosses as a key',
    'JSON.parse(`{"__proto__": {"a": 1}}`)',
    JSON.parse('{"__proto__": {"a": 1}}'),
  ],
  ['a getter crosses as its value', '({ get a() { return 1 } })', { a: 1 }],
  ['a symbol as a key does not cross', '({ [Symbol("x")]: 1, a: 2 })', { a: 2 }],
]
for (const [what, source, value] of crossing) {
  t.test(what, async () => {
    const statements = source.split('; ')
    const last = statements.pop()
    const { output } = await run([...statements, `echo(${last})`].join('\n'))
    assertSame(received, value)
    assertSame(output, value)
  })
}

const hostCrossing: [what: string, value: () => unknown, expected: unknown][] = [
  ['an object with toJSON', () => ({ toJSON: () => ({ a: 1 }) }), { a: 1 }],
  [
    'a class instance',
    () =>
      new (class {
        x = 1
        method() {}
      })(),
    { x: 1 },
  ],
  ['a Buffer', () => Buffer.from('ab').subarray(1), new Uint8Array([97, 98]).subarray(1)],
  ['a promise', () => Promise.resolve([1]), [1]],
  ['nothing', () => undefined, undefined],
]
for (const [what, value, expected] of hostCrossing) {
  t.test(`a tool that answers with ${what} gives the guest its value`, async t => {
    given = value
    const { output } = await run('give()')
    if (what === 'a Buffer') t.strictSame([...(output as Uint8Array)], [98])
    else assertSame(output, expected)
  })
}

const refused: [source: string, path: string, kind: string][] = [
  ['echo(() => {})', 'args[0]', 'function'],
  ['echo(1, class A {})', 'args[1]', 'function'],
  ['echo({ items: [1, 2, 3, { callback() {} }] })', 'args[0].items[3].callback', 'function'],
  ['echo([[Symbol("s")]])', 'args[0][0][0]', 'symbol (Symbol(s))'],
  ['echo({ "a b": Promise.resolve() })', 'args[0]["a b"]', 'promise'],
  ['echo({ a: new WeakMap() })', 'args[0].a', 'weak collection'],
  ['echo([new WeakSet()])', 'args[0][0]', 'weak collection'],
  ['echo(new Map([["k", () => {}]]))', 'args[0].get("k")', 'function'],
  ['echo({ a: echo })', 'args[0].a', 'function'],
  ['echo({ a: new Proxy(() => {}, {}) })', 'args[0].a', 'function'],
  ['echo(new Error("x", { cause: { f() {} } }))', 'args[0].cause.f', 'function'],
  ['named(1, () => {})', 'args[1]', 'function'],
  ['named({ left: { f() {} } })', 'args[0].left.f', 'function'],
  ['echo.map([1, Symbol.iterator])', 'args[0]', 'symbol (Symbol(Symbol.iterator))'],
  ['echo({ toJSON: () => ({ f() {} }) })', 'args[0].f', 'function'],
]
for (const [call, path, kind] of refused) {
  t.test(`${call} throws at its line and names ${path}`, async t => {
    const source = `const x = 0\ntry { ${call} } catch (error) {
      return [error instanceof TypeError, error.code, error.message] }`
    const message = `Cannot send ${path}: a ${kind} cannot cross to the host`
    t.strictSame((await run(source)).output, [true, 'VALUE_NOT_TRANSFERABLE', message])
    t.match(await executor.execute({ source: `const x = 0\n${call}` }), {
      status: 'failed',
      error: { code: 'GUEST_ERROR', name: 'TypeError', message, line: 2 },
    })
  })
}

t.test('an awaited call with arguments that cannot cross rejects', async t => {
  const source = 'await echo({ f() {} }).catch(error => error.code)'
  t.equal((await run(source)).output, 'VALUE_NOT_TRANSFERABLE')
})

const refusedResults: [what: string, value: () => unknown, path: string][] = [
  ['a function', () => ({ a: [{ f() {} }] }), 'result.a[0].f'],
  ['a symbol', () => [Symbol('x')], 'result[0]'],
  ['a promise inside', () => ({ later: Promise.resolve(1) }), 'result.later'],
  ['a WeakMap', () => ({ weak: new WeakMap() }), 'result.weak'],
  ['a WeakRef', () => ({ weak: new WeakRef({}) }), 'result.weak'],
  ['a function in a Map', () => new Map([['k', () => {}]]), 'result.get("k")'],
]
for (const [what, value, path] of refusedResults) {
  t.test(`a tool that answers with ${what} throws in the guest and names ${path}`, async t => {
    given = value
    const source =
      'try { give() } catch (error) { return [error.name, error.code, error.tool, error.message] }'
    const [name, code, tool, message] = (await run(source)).output as string[]
    t.strictSame([name, code, tool], ['TypeError', 'VALUE_NOT_TRANSFERABLE', 'give'])
    t.equal(message?.split(': ')[0], `Cannot send ${path}`)
  })
}

t.test('an item of a stream that cannot cross throws in the guest and names its path', async t => {
  given = () => ({ f() {} })
  const source =
    'try { for (const item of items()); } catch (error) { return [error.code, error.message] }'
  const [code, message] = (await run(source)).output as string[]
  t.equal(code, 'VALUE_NOT_TRANSFERABLE')
  t.match(message, 'item.f')
})

t.test('inputs that cannot cross refuse the request and name their path', async t => {
  await t.rejects(executor.execute({ source: '1', inputs: { list: [() => {}] } }), {
    name: 'TypeError',
    code: 'VALUE_NOT_TRANSFERABLE',
    message: /inputs\.list\[0\]/,
  })
})

const substituted: [what: string, source: string, value: unknown][] = [
  ['a function', '[1, function f() {}]', [1, '[Function: f]']],
  ['a symbol', '({ a: Symbol("x") })', { a: 'Symbol(x)' }],
  ['a class', 'class A {}; A', '[class A]'],
  ['what passes for a promise', '[new Proxy(Promise.resolve(1), {})]', ['Promise { <pending> }']],
  ['a weak collection', '[new WeakSet()]', ['WeakSet { <items unknown> }']],
  [
    'a getter that throws',
    '[{ a: 1, get b() { throw new Error("no") }, c: [2] }]',
    [{ a: 1, b: '[Getter: <Inspection threw (no)>]', c: [2] }],
  ],
  [
    'an object whose toJSON throws',
    '[{ a: 1, toJSON() { throw new Error("no") } }]',
    ['{ a: 1, toJSON: [Function: toJSON] }'],
  ],
  ['a tool', '[echo]', ['[Function: echo]']],
]
for (const [what, source, value] of substituted) {
  t.test(`${what} in an output becomes text`, async t => {
    const outcome = await run(source)
    t.strictSame([outcome.value, outcome.exact], [value, false])
    t.strictSame(outcome.output, value)
  })
}
