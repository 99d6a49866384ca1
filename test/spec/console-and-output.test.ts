/** The console as the host sees it, what a program's result is, and the forms of an output. */

import { inspect } from 'node:util'
import t from 'tap'
import type { ExecuteRequest, Outcome } from '../../executor/index.ts'
import { completed, failureOf, outputOf, startExecutor } from '../support/executor.ts'

const executor = startExecutor(t, { ok: async (value: unknown) => value })

/** What is printed, the source, level and text of each line. */
const lines: [what: string, source: string, logs: [level: string, text: string][]][] = [
  [
    'each method has its level',
    "console.log('a'); console.info('b'); console.warn('c'); console.error('d'); console.debug('e'); print('f')",
    [
      ['log', 'a'],
      ['info', 'b'],
      ['warn', 'c'],
      ['error', 'd'],
      ['debug', 'e'],
      ['log', 'f'],
    ],
  ],
  [
    'arguments are joined by spaces',
    "console.log('a', 1, true, null, undefined)",
    [['log', 'a 1 true null undefined']],
  ],
  ['no arguments are an empty line', 'console.log()', [['log', '']]],
  [
    'print takes what console.log takes',
    "print('n = %d', 5, { a: 1 })",
    [['log', 'n = 5 { a: 1 }']],
  ],
  [
    'placeholders are filled in',
    "console.log('%s is %d and %i, %f, %j %o %O %%', 'x', 4.5, 4.5, '1.25', { a: 1 }, [1], { b: 2 })",
    [['log', 'x is 4.5 and 4, 1.25, {"a":1} [ 1, [length]: 1 ] { b: 2 } %']],
  ],
  ['%c takes its argument away', "console.log('%cred', 'color: red')", [['log', 'red']]],
  [
    'objects print as Node prints them',
    "console.log({ a: [1, 'x'], m: new Map([['k', new Set([1])]]), f() {}, d: new Date(0), n: null })",
    [
      [
        'log',
        inspect({
          a: [1, 'x'],
          m: new Map([['k', new Set([1])]]),
          f() {},
          d: new Date(0),
          n: null,
        }),
      ],
    ],
  ],
  [
    'a class prints with its name',
    'class Point { x = 1; y = -0 }\nconsole.log(new Point(), Point)',
    [['log', 'Point { x: 1, y: -0 } [class Point]']],
  ],
  [
    'a cycle prints as one',
    'const o = {}; o.self = o; console.log(o)',
    [['log', '<ref *1> { self: [Circular *1] }']],
  ],
  [
    'a long list is cut as Node cuts it',
    'console.log(Array.from({ length: 120 }, (_, i) => i))',
    [['log', inspect(Array.from({ length: 120 }, (_, i) => i))]],
  ],
  [
    'a pending promise prints as one',
    'console.log(new Promise(() => {}))',
    [['log', 'Promise { <pending> }']],
  ],
  [
    'dir takes options',
    'console.dir({ a: { b: { c: {} } } }, { depth: 0 })',
    [['log', '{ a: [Object] }']],
  ],
  [
    'assert logs only what fails',
    "console.assert(true, 'no'); console.assert(1 > 2, 'n = %d', 5); console.assert(false)",
    [
      ['error', 'Assertion failed: n = 5'],
      ['error', 'Assertion failed'],
    ],
  ],
  [
    'count counts by label',
    "console.count(); console.count('x'); console.count(); console.countReset(); console.count()",
    [
      ['log', 'default: 1'],
      ['log', 'x: 1'],
      ['log', 'default: 2'],
      ['log', 'default: 1'],
    ],
  ],
  [
    'group indents',
    "console.group('g'); console.log('a\\nb'); console.groupEnd(); console.log('c')",
    [
      ['log', 'g'],
      ['log', '  a\n  b'],
      ['log', 'c'],
    ],
  ],
  [
    'table draws a table',
    "console.table([{ a: 1, b: 'x' }, { a: 2 }])",
    [
      [
        'log',
        [
          '┌─────────┬───┬─────┐',
          '│ (index) │ a │ b   │',
          '├─────────┼───┼─────┤',
          "│ 0       │ 1 │ 'x' │",
          '│ 1       │ 2 │     │',
          '└─────────┴───┴─────┘',
        ].join('\n'),
      ],
    ],
  ],
  [
    'methods need no this',
    "const { log } = console; [1, 2].forEach(n => log(n)); ['x'].forEach(console.warn)",
    [
      ['log', '1'],
      ['log', '2'],
      ['warn', "x 0 [ 'x' ]"],
    ],
  ],
  [
    'lines of async code come in the order of its running',
    "const f = async n => { console.log(n, 1); await ok(); console.log(n, 2) }; await Promise.all([f('a'), f('b')])",
    [
      ['log', 'a 1'],
      ['log', 'b 1'],
      ['log', 'a 2'],
      ['log', 'b 2'],
    ],
  ],
  [
    'a getter that throws does no harm',
    "console.log({ get x() { throw new Error('no') } })",
    [['log', '{ x: [Getter] }']],
  ],
  ['a symbol and a bigint print', "console.log(Symbol('s'), 5n, -0)", [['log', 'Symbol(s) 5n -0']]],
]

for (const [what, source, logs] of lines) {
  t.test(`console: ${what}`, async t => {
    const outcome = await completed(executor, source)
    t.strictSame(
      outcome.logs.map(({ level, text }) => [level, text]),
      logs,
    )
    t.equal(outcome.logText, logs.map(([, text]) => text).join('\n'))
  })
}

t.test('console: time tells how long it took', async t => {
  const { logs } = await completed(
    executor,
    "console.time('t'); sleep(5); console.timeLog('t', 'x'); console.timeEnd('t'); console.timeEnd('t')",
  )
  t.match(
    logs.map(({ text }) => text),
    [/^t: \d+(\.\d+)?ms x$/, /^t: \d+(\.\d+)?ms$/, /No such label 't'/],
  )
})

t.test('console: an error prints with its name, message and cause', async t => {
  const { logText } = await completed(
    executor,
    "console.log(new RangeError('far', { cause: new Error('near') }))",
  )
  t.match(logText, /RangeError: far/)
  t.match(logText, /\[cause\]: .*Error: near/)
})

t.test('console: each line has its time, and times never go back', async t => {
  const before = Date.now()
  const { logs } = await completed(
    executor,
    "console.log('a'); sleep(5); console.log('b'); console.log('c')",
  )
  const times = logs.map(({ atMs }) => atMs)
  t.ok((times[0] as number) >= before && (times[1] as number) >= (times[0] as number) + 4)
  t.strictSame(
    times,
    times.toSorted((a, b) => a - b),
  )
})

t.test('console: a log over maxLogBytes is cut with a marker, and the program goes on', async t => {
  const request = {
    source: "for (let i = 0; i < 100; i++) console.log('x'.repeat(100)); 'end'",
    limits: { maxLogBytes: 1050 },
  }
  const { output, logs, logsTruncatedBytes } = await completed(executor, request)
  t.equal(output, 'end')
  t.equal(logsTruncatedBytes, 10_000 - 1050)
  t.strictSame([logs.length, logs[10]?.text.length, logs.at(-1)?.level], [12, 50, 'warn'])
  t.match(logs.at(-1)?.text, /8950 bytes of logs cut at maxLogBytes 1050/)
})

t.test('console: a failed and a final program keep their lines', async t => {
  const sources = [
    "console.log('a'); throw new Error('x')",
    "console.log('a'); final_answer(1)",
    "console.log('a'); await new Promise(() => {})",
  ]
  for (const source of sources) t.equal((await executor.execute({ source })).logText, 'a', source)
})

/** Sources, and the completion value that ECMAScript gives them. */
const results: [what: string, source: string, value: unknown][] = [
  ['the last expression', '1; 2', 2],
  ['an expression before declarations', '5; const a = 1; function f() {}', 5],
  ['nothing', '', undefined],
  ['a comment', '// nothing', undefined],
  ['declarations only', 'const a = 1; let b = 2', undefined],
  ['an assignment', 'let a; a = 3', 3],
  ['an if', "const n = 2; if (n > 1) { 'big' } else { 'small' }", 'big'],
  ['an if that is not entered', '1; if (false) 2', undefined],
  ['a for', 'for (let i = 0; i < 3; i++) i * 10', 20],
  ['a for of with break', 'for (const n of [1, 2, 3]) { if (n === 3) break; n }', undefined],
  [
    'a for of with break in a block',
    'for (const n of [1, 2, 3]) { if (n === 2) { n; break } n }',
    2,
  ],
  ['a while', 'let i = 0; while (i < 3) { i++ }', 2],
  ['a try', "try { 'tried' } catch { 'caught' } finally { 'last' }", 'tried'],
  ['a catch', "try { throw 1 } catch { 'caught' }", 'caught'],
  ['a switch', "switch (2) { case 1: 'a'; break; case 2: 'b' }", 'b'],
  ['a block', '{ 1; { 2 } }', 2],
  ['a labelled block', 'a: { 1; break a }', 1],
  ['a function, not called', 'function f() {}', undefined],
  ['a top-level return', 'return 5; 6', 5],
  ['a top-level return without value', '5; return', undefined],
  ['a top-level return in a loop', 'for (const n of [1, 2, 3]) if (n > 1) return n', 2],
  ['a top-level return past a finally', "try { return 'value' } finally { ok(1) }", 'value'],
  ['a promise', 'Promise.resolve(7)', 7],
  ['a promise of a promise', 'return Promise.resolve(Promise.resolve(8))', 8],
  ['an async call', '(async () => 9)()', 9],
  ['an await', 'await Promise.resolve(10)', 10],
  ['undefined for void', 'void 5', undefined],
  ['an object literal', '{ a: 1, b: [2] }', { a: 1, b: [2] }],
  ['an empty object literal', '{}', {}],
  ['an object literal with a trailing semicolon', '({ a: 1 });', { a: 1 }],
  [
    'an object literal with calls',
    "{ a: ok(1), ['b']: await ok(2), ...{ d: 3 } }",
    { a: 1, b: 2, d: 3 },
  ],
  ['an object literal of shorthands', 'const a = 1; ({ a })', { a: 1 }],
  ['an object literal among comments', '// answer\n{ "total": 5 }\n', { total: 5 }],
  ['a block that is no object', '{ let a = 1; a + 1 }', 2],
  ['a strict program', "'use strict'\n1 + 1", 2],
  ['a directive alone', "'use strict'", 'use strict'],
  ['a fenced source', '```js\n1 + 1\n```', 2],
  ['a fenced source without a tag', '```\n1 + 1\n```\n', 2],
  ['a fence of tildes', '~~~javascript\nreturn 3\n~~~', 3],
  ['a fenced object', '```json\n{ "a": 1 }\n```', { a: 1 }],
  ['a fenced TypeScript source', '```typescript\nconst a: number = 4; a\n```', 4],
  ['a source with windows line ends', 'const a = 1\r\na + 1\r\n', 2],
  ['a source with a byte order mark', '\ufeff1 + 1', 2],
  ['a source with a hashbang', '#!/usr/bin/env node\n5', 5],
  [
    'template literals with fences inside',
    'const md = `\n\\`\\`\\`js\n1\n\\`\\`\\`\n`; md.trim().length',
    11,
  ],
]

for (const [what, source, value] of results) {
  t.test(`the result is that of ${what}`, async t => {
    t.strictSame(await outputOf(executor, source), value)
  })
}

t.test('a source of two code blocks is left as it is, and fails', async t => {
  const outcome = await executor.execute({ source: '```js\n1\n```\ntext\n```js\n2\n```' })
  t.equal(outcome.status, 'failed')
})

t.test('TypeScript is stripped', async t => {
  const source = `
    interface Item { name: string; price?: number }
    type Total = { sum: number }
    const items = [{ name: 'a', price: 1 }, { name: 'b' }] satisfies Item[]
    function total<T extends Item>(list: readonly T[]): Total {
      return { sum: list.reduce((s: number, item) => s + (item.price ?? 0)!, 0) }
    }
    abstract class Base<T> { declare x: T; protected abstract name(): string; public readonly n: number = 1 }
    class Child extends Base<string> implements Iterable<number> {
      protected override name(): string { return 'child' }
      *[Symbol.iterator](): Iterator<number> { yield this.n as number }
    }
    declare const nothing: unknown
    return [total<Item>(items), [...new Child()], (<any>5), items[0]!.name] as const`
  t.strictSame(await outputOf(executor, { source, language: 'typescript' }), [
    { sum: 1 },
    [1],
    5,
    'a',
  ])
})

/** The output, its plain JSON form, its text, and whether the plain form is exact. */
const forms: [source: string, value: unknown, text: string, exact: boolean][] = [
  ['5', 5, '5', true],
  ["'text'", 'text', "'text'", true],
  ['null', null, 'null', true],
  ['[1, { a: true }]', [1, { a: true }], '[ 1, { a: true } ]', true],
  ['undefined', null, 'undefined', false],
  ['NaN', null, 'NaN', false],
  ['[Infinity, -Infinity]', [null, null], '[ Infinity, -Infinity ]', false],
  ['-0', 0, '-0', false],
  ['10n', '10', '10n', false],
  ['new Date(0)', '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z', false],
  ['new Date(NaN)', null, 'Invalid Date', false],
  [
    'new Map([["k", 1], [{ a: 2 }, 3]])',
    [
      ['k', 1],
      [{ a: 2 }, 3],
    ],
    "Map(2) { 'k' => 1, { a: 2 } => 3 }",
    false,
  ],
  ['new Set([1, [2]])', [1, [2]], 'Set(2) { 1, [ 2 ] }', false],
  ['new Uint8Array([1, 2])', [1, 2], 'Uint8Array(2) [ 1, 2 ]', false],
  ['new BigInt64Array([5n])', ['5'], 'BigInt64Array(1) [ 5n ]', false],
  ['/a+/gi', '/a+/gi', '/a+/gi', false],
  [
    "new URL('https://example.com/a')",
    'https://example.com/a',
    inspect(new URL('https://example.com/a')),
    false,
  ],
  ["new RangeError('far')", { name: 'RangeError', message: 'far' }, 'RangeError: far', false],
  ["Symbol('s')", 'Symbol(s)', 'Symbol(s)', false],
  ['(function named(x) {})', '[Function: named]', '[Function: named]', false],
  ['[1, , 3]', [1, null, 3], '[ 1, <1 empty item>, 3 ]', false],
  ['{ a: undefined }', { a: null }, '{ a: undefined }', false],
  [
    'const o = { n: 1 }; o.self = o; o',
    { n: 1, self: '[Circular]' },
    '<ref *1> { n: 1, self: [Circular *1] }',
    false,
  ],
  ['class P { x = 1 }\nnew P()', { x: 1 }, 'P { x: 1 }', false],
  ['({ toJSON() { return { j: 1 } } })', { j: 1 }, '{ toJSON: [Function: toJSON] }', true],
]

const formsOf = ({ outputForms }: Outcome) => {
  const { value, text, exact } = outputForms as NonNullable<typeof outputForms>
  return { value, text, exact }
}

for (const [source, value, text, exact] of forms) {
  t.test(`the forms of ${source.replaceAll('\n', '; ')}`, async t => {
    const outcome = await completed(executor, source)
    t.strictSame(formsOf(outcome), { value, text, exact })
    t.equal(outcome.outputForms?.encoded === undefined, exact)
  })
}

t.test('the output of an app is the exact value', async t => {
  const source =
    'const shared = [1]; ({ m: new Map([[1n, new Set([shared])]]), d: new Date(5), u: undefined, z: -0, n: NaN, s: shared, e: new RangeError("r", { cause: 1 }), r: /x/y })'
  const output = (await outputOf(executor, source)) as Record<string, unknown>
  const { m, d, z, n, s, e, r } = output
  const [inner] = (m as Map<bigint, Set<unknown>>).get(1n) as Set<unknown>
  t.equal(inner, s)
  t.strictSame([d, z, n, r, 'u' in output], [new Date(5), -0, NaN, /x/y, true])
  t.ok(e instanceof Error && e.name === 'RangeError' && e.message === 'r' && e.cause === 1)
})

t.test('a cycle in the output is a cycle again', async t => {
  const output = (await outputOf(executor, 'const o = { list: [] }; o.list.push(o); o')) as {
    list: unknown[]
  }
  t.equal(output.list[0], output)
})

t.test('parts of an output that cannot cross become text, and the rest stays', async t => {
  const source = "{ f: () => 1, s: Symbol('x'), w: new WeakMap(), n: 5 }"
  const { output, outputForms } = await completed(executor, source)
  t.strictSame(output, {
    f: '[Function: f]',
    s: 'Symbol(x)',
    w: 'WeakMap { <items unknown> }',
    n: 5,
  })
  t.equal(outputForms?.exact, false)
})

t.test('an output never fails for what it contains', async t => {
  const sources = [
    '({ get x() { throw new Error("no") } })',
    'new Proxy({}, { ownKeys() { throw new Error("no") } })',
    '({ toJSON() { throw new Error("no") } })',
    'globalThis',
    'console',
    '(function* () {})()',
    'let o = {}; for (let i = 0; i < 20000; i++) o = { o }; o',
    "'\\ud800'",
  ]
  for (const source of sources) {
    const outcome = await executor.execute({ source })
    t.equal(outcome.status, 'completed', source)
  }
})

t.test('an output over maxOutputBytes is LIMIT_EXCEEDED', async t => {
  const request: ExecuteRequest = { source: "'x'.repeat(5000)", limits: { maxOutputBytes: 4096 } }
  t.match(await failureOf(executor, request), { code: 'LIMIT_EXCEEDED', limit: 'maxOutputBytes' })
})
