/** By HTTP: promises inside values, outputs that cannot be read whole, the web platform. */

import t from 'tap'
import { fixture, post, testDaemon } from '../support/daemon.ts'

const completing: [what: string, source: string, output: unknown][] = [
  [
    'promises in an output are awaited',
    "({ files: ['a', 'b'].map(async path => ({ path, text: await async_tool(path) })) })",
    { value: { files: ['a', 'b'].map(path => ({ path, text: path })) }, exact: true },
  ],
  [
    'promises in an answer are awaited',
    "async function main() { return [async_tool.async('x')] }\nfinal_answer(main())",
    { value: ['x'], exact: true, text: "[ 'x' ]" },
  ],
  [
    'a getter that throws costs its own part alone',
    "({ a: 1, list: [1, 2], get b() { throw new Error('x') } })",
    {
      value: { a: 1, list: [1, 2], b: '[Getter: <Inspection threw (x)>]' },
      exact: false,
      text: '{ a: 1, list: [ 1, 2 ], b: [Getter] }',
    },
  ],
  [
    'signals, digests and clones with transfer',
    `const ab = new ArrayBuffer(8); const moved = structuredClone(ab, { transfer: [ab] })
     const c = new AbortController(); c.abort()
     const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('abc')))
     return [ab.byteLength, moved.byteLength, c.signal.reason.name, digest[0], { ...'ab' }]`,
    { value: [0, 8, 'AbortError', 0xba, { 0: 'a', 1: 'b' }], exact: true },
  ],
]

const failing: [what: string, source: string, error: object][] = [
  [
    'a promise that is rejected in an output fails the program and is named',
    "({ files: [1].map(async () => { throw new RangeError('no such file') }) })",
    {
      name: 'RangeError',
      message: 'no such file (the promise at output.files[0] was rejected)',
      line: 1,
    },
  ],
  [
    'a promise in an argument is refused by name',
    "async_tool(['a'].map(async x => x))",
    { name: 'TypeError', message: /args\[0\]\[0\]: a promise/, hint: /Await the promise first/ },
  ],
  [
    'an aborted signal fails the program by its reason',
    'AbortSignal.abort().throwIfAborted()',
    { name: 'AbortError', message: 'This operation was aborted' },
  ],
]

t.test('programs by HTTP', async t => {
  const daemon = await testDaemon(t, { LATCHD_TOOLS: fixture('tools/slow-tools.ts') })
  const run = async (source: string) => (await post(`${daemon.url}/v1/execute`, { source })).body
  for (const [what, source, output] of completing) {
    t.test(what, async t => {
      t.match(await run(source), { status: 'completed', output })
    })
  }
  for (const [what, source, error] of failing) {
    t.test(what, async t => {
      t.match(await run(source), { status: 'failed', error })
    })
  }
})
