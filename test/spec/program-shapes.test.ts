/** Programs in the shapes and with the promises that models write, by HTTP and embedded. */

import t from 'tap'
import { post, testDaemon } from '../support/daemon.ts'
import { outputOf, startExecutor } from '../support/executor.ts'

const programs: readonly (readonly [name: string, source: string, value: unknown])[] = [
  ['prose around a code block', 'Here is the program:\n\n```js\n1 + 1\n```\n\nIt prints 2.\n', 2],
  ['a code block that does not end', '```js\nconst x = 20\nx + 22', 42],
  ['an async arrow', 'async () => {\n  return sleep(1) ?? 42;\n}', 42],
  ['an async function declaration', 'async function main() {\n  final_answer(42);\n}', 42],
  ['the default export of a function', 'export default async function () { return 42 }', 42],
  ['the default export of a value', 'const list = [40, 2]\nexport default list', [40, 2]],
  ['a default export above a value', 'export default 3\nconst b = 4\nb', 3],
  ['a default export above a call', "const a = 2\nexport default a + 1\nconsole.log('after')", 3],
  [
    'a default export of a function among others',
    'export default async () => get()\nconst get = () => sleep(1) ?? x\nconst x = 42',
    42,
  ],
  [
    'a default export of a function with a parameter',
    'export default x => x\n4',
    '[Function (anonymous)]',
  ],
  ['an object literal', '{ a: 1, b: [2] }', { a: 1, b: [2] }],
  [
    'then on what a helper gave',
    'const pause = ms => sleep(ms)\nawait pause(1).then(() => 42)',
    42,
  ],
  [
    'a pair of error and value',
    `const to = p => p.then(v => [null, v], e => [e.name])
     const late = ms => sleep(ms)
     ;[await to(late(1)), await to(late(-1))]`,
    [[null, null], ['ToolInputError']],
  ],
  [
    'a race with a time-out',
    `const withTimeout = (p, ms) => Promise.race([p, new Promise((_, no) => setTimeout(no, ms, new Error('timed out')))])
     await withTimeout(sleep(300), 5).catch(e => e.message)`,
    'timed out',
  ],
]

const executor = startExecutor(t)

t.test('they give their values by HTTP', async t => {
  const daemon = await testDaemon(t)
  for (const [name, source, value] of programs) {
    const { status, body } = await post(`${daemon.url}/v1/execute`, { source })
    t.strictSame([status, body.output?.value ?? body.error], [200, value], name)
  }
})

for (const [name, source, value] of programs) {
  t.test(`embedded: ${name}`, async t => {
    const output = await outputOf(executor, source)
    t.strictSame(JSON.parse(JSON.stringify(output)), value)
  })
}

t.test('a source of several programs is told to be one', async t => {
  const outcome = await executor.execute({ source: '```js\n1\n```\nor\n```js\n2\n```' })
  t.match(outcome, { status: 'failed', error: { code: 'SYNTAX_ERROR', line: 1, column: 1 } })
  t.match(outcome, { error: { hint: /Send one program/ } })
})

t.test('they give their values in a session, and leave it what they declare', async t => {
  const session = await executor.sessions.create()
  t.teardown(() => session.delete())
  for (const [name, source, value] of [...programs, ...programs]) {
    const { output } = await session.execute({ source })
    t.strictSame(JSON.parse(JSON.stringify(output ?? null)), value, name)
  }
  const names = 'Object.getOwnPropertyNames(globalThis).filter(name => /exported/.test(name))'
  t.match(await session.execute({ source: names }), { output: [] })
})

t.test('in a session, what is only declared is kept for the next program', async t => {
  const session = await executor.sessions.create()
  t.teardown(() => session.delete())
  await session.execute({ source: 'function hello() { return sleep(1) ?? "hello" }' })
  t.match(await session.execute({ source: 'hello()' }), { output: 'hello' })
  t.match(await session.execute({ source: 'await hello().then(text => text + "!")' }), {
    output: 'hello!',
  })
})
