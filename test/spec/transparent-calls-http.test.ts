import t from 'tap'
import { fixture, post, testDaemon } from '../support/daemon.ts'

/** The origin system's 20 patterns: each must give the value, and not a promise. */
const patterns: ReadonlyArray<readonly [name: string, source: string, value: unknown]> = [
  ['bare expression', 'async_tool("hello")', 'hello'],
  ['assignment', 'const result = async_tool("hello"); result', 'hello'],
  ['nested argument', 'String(async_tool(5)).padStart(3, "0")', '005'],
  ['two in sequence', 'const a = async_tool(1); const b = async_tool(2); [a, b]', [1, 2]],
  ['inside a function called later', 'function later() { return async_tool("f") } later()', 'f'],
  ['method on the result', 'async_text().toUpperCase()', 'TEXT'],
  ['inside console.log', 'console.log(async_tool("logged")); "done"', 'done'],
  ['for body', 'let sum = 0; for (let i = 0; i < 3; i++) { sum += async_tool(i) } sum', 3],
  ['array comprehension', '[1, 2, 3].map(n => async_tool(n * 2))', [2, 4, 6]],
  ['if body', 'let v; if (true) { v = async_tool("in") } v', 'in'],
  ['if condition', 'async_tool(false) ? "yes" : "no"', 'no'],
  ['template string', '`value: ${async_tool(7)}`', 'value: 7'],
  ['try body', 'let v; try { v = async_tool("tried") } catch { v = "caught" } v', 'tried'],
  ['destructuring', 'const { name, age } = async_object(); [name, age]', ['Ada', 36]],
  ['object literal', '({ value: async_tool("o") })', { value: 'o' }],
  ['while body', 'let n = 0; while (n < async_count()) { n += async_tool(1) } n', 3],
  ['binary operation', 'async_tool(20) + async_tool(22)', 42],
  ['subscript', 'async_list()[0]', 1],
  ['augmented assignment', 'let s = "a"; s += async_tool("b"); s', 'ab'],
  ['explicit await', 'await async_tool("awaited")', 'awaited'],
]

/** The same program with `await` before each call; callbacks become asynchronous with it. */
function withAwait(source: string): string {
  return source
    .replace('[1, 2, 3].map(n =>', 'await Promise.all([1, 2, 3].map(async n =>')
    .replace('(n * 2))', '(n * 2)))')
    .replace('function later()', 'async function later()')
    .replace('} later()', '} await later()')
    .replace(/(?<!await )\basync_\w+\([^()]*\)/g, '(await $&)')
}

t.test('every pattern gives the value', async t => {
  const daemon = await testDaemon(t, { LATCHD_TOOLS: fixture('tools/slow-tools.ts') })
  for (const [name, source, value] of patterns) {
    for (const [way, text] of [
      ['without await', source],
      ['with await', withAwait(source)],
    ] as const) {
      t.test(`${name}, ${way}`, async t => {
        const { status, body } = await post(`${daemon.url}/v1/execute`, { source: text })
        t.equal(status, 200)
        t.strictSame(body.output?.value ?? body.error, value, text)
      })
    }
  }
})

t.test('the patterns are the origin system’s 20', async t => {
  t.equal(patterns.length, 20)
})
