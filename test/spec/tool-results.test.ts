/** What programs get of tools that answer with content blocks or text: the value, and all of it by `raw`. */

import t, { type Test } from 'tap'
import { Latchd } from '../../sdk/index.ts'
import foreign from '../fixtures/tools/foreign.ts'
import { fixture, post, testDaemon } from '../support/daemon.ts'
import { failureOf, openExecutor, outputOf } from '../support/executor.ts'

const daemon = await testDaemon(t, { LATCHD_TOOLS: fixture('tools/foreign.ts') })
const usable = foreign.filter(({ name }) => name.length < 256 && name !== 'broken')
const executor = openExecutor(t, { workers: 2, tools: usable })
const latchd = new Latchd({ url: daemon.url })
t.teardown(() => latchd.close())
const client = new Latchd({ url: daemon.url })
t.teardown(() => client.close())

/** The value of a program: of tools in this process, of a daemon, and of its client. */
async function everywhere(source: string): Promise<unknown[]> {
  const tools = usable.map(tool => ({ ...tool }))
  return [
    await outputOf(executor, source),
    (await latchd.execute({ source })).output,
    (await client.execute({ source, tools })).output,
  ]
}

const isEverywhere = async (t: Test, source: string, expected: unknown) => {
  for (const value of await everywhere(source)) t.strictSame(value, expected, source)
}

t.test(
  'the text of a tool without output schema is a value where it is an object or a list',
  async t => {
    await isEverywhere(
      t,
      '[read_version(), read_id(), read_zip(), read_word(), read_sha(), read_rows(), read_doc(), read_two(), read_cut()]',
      [
        '1.10',
        '9007199254740993',
        '01067',
        'null',
        '12e5',
        [{ id: 1 }],
        { ok: true },
        '{"a":1}\n{"b":2}',
        '{"ok":tr',
      ],
    )
  },
)

t.test('with an output schema it is what that says', async t => {
  const source = '[count_rows(), count_or_text(), rows_or_text(), no_row()]'
  await isEverywhere(t, source, [12, '12', [1], null])
})

t.test('other blocks than the value are reached by raw', async t => {
  const source = `const { value, text, files, links } = screenshot.raw()
    const [{ name, type, size }] = files
    ;[screenshot(), value, text, name, type, size, files[0] instanceof File, files[0].bytes()[1], links]`
  const shot = { width: 1, height: 1 }
  const link = { uri: 'file:///shots/1.png', name: '1.png' }
  const text = '{"width":1,"height":1}'
  await isEverywhere(t, source, [
    ...[shot, shot, text, 'image-1.png', 'image/png', 70, true, 80],
    [link],
  ])
})

t.test('an answer of files or links alone is those', async t => {
  const source = `[camera().type, cameras().map(file => file.name), captioned(), captioned.raw().files.length,
    find_file().uri, read_file().name, read_file().text(), only_structured(), no_result()]`
  await isEverywhere(t, source, [
    ...['image/png', ['image-1.png', 'audio-2.wav'], 'A dot.', 1, 'file:///shots/1.png'],
    ...['a.md', 'é', { a: 1 }, { content: ['a', 'b'], total: 2 }],
  ])
})

t.test('a file goes on to another tool and out of the execution', async t => {
  const seen: unknown[] = []
  const store = {
    name: 'store',
    description: '',
    execute: async (file: unknown) => void seen.push(file),
  }
  const source = 'const file = camera(); store(file); file'
  const output = (await outputOf(executor, { source, tools: [...usable, store] })) as {
    size: number
  }
  t.match(output, { name: 'image-1.png', size: 70 })
  t.match(seen, [{ name: 'image-1.png', size: 70 }])
})

t.test('a result that is an error throws with its text', async t => {
  t.match(await failureOf(executor, 'fails()'), { name: 'Error', message: 'No such page' })
  t.match(await failureOf(executor, 'fails.raw()'), { name: 'Error', message: 'No such page' })
  t.match(await failureOf(executor, 'camera.raw(), bad_image()'), { message: /not base64/ })
})

t.test('raw is the tool in every other way', async t => {
  const source = `const text = r => r.text
    const all = await Promise.all([screenshot.raw(), read_id.raw()])
    ;[text(await read_id.raw()), text(await read_id.raw.async()), read_id.raw.map([{}]).map(text),
      all.map(text), parallel([[read_zip.raw], [read_zip]]), read_id.raw.name, String(read_id.raw.raw),
      tools.read_zip.raw().text, read_id.async.raw]`
  await isEverywhere(t, source, [
    ...['9007199254740993', '9007199254740993', ['9007199254740993']],
    ['{"width":1,"height":1}', '9007199254740993'],
    [{ value: '01067', text: '01067', files: [], links: [] }, '01067'],
    ...['read_id.raw', 'undefined', '01067', undefined],
  ])
})

t.test('a tool that gives values alone has raw too', async t => {
  const tools = {
    twice: async (n: number) => n * 2,
    shout: async (text: string) => `${text}!`,
    count: async function* (n: number) {
      for (let i = 0; i < n; i++) yield i
    },
  }
  const source = '[twice.raw(2), shout.raw("a"), [...count.raw(2)], sleep.raw(0).value]'
  const request = { source, tools: [...named(tools), 'sleep'] }
  t.strictSame(await outputOf(executor, request), [
    { value: 4, text: '', files: [], links: [] },
    { value: 'a!', text: 'a!', files: [], links: [] },
    [0, 1],
    null,
  ])
})

const named = (tools: Record<string, (...args: never[]) => unknown>) =>
  Object.entries(tools).map(([name, execute]) => ({ name, description: '', execute }))

t.test('the type check knows what raw gives', async t => {
  const outputSchema = { type: 'object', properties: { n: { type: 'number' } } }
  const tools = [{ name: 'read', description: '', outputSchema, execute: async () => ({ n: 1 }) }]
  const status = async (source: string) =>
    (await executor.execute({ source, tools, typecheck: 'error' })).status
  t.equal(await status('read.raw().value.n + read.raw().files.length'), 'completed')
  t.equal(await status('read.raw().value.m'), 'failed')
})

t.test('a raw call is replayed as what was delivered, and validated like the others', async t => {
  let calls = 0
  const outputSchema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
  const handler = async ({ bad }: { bad?: boolean } = {}) => {
    calls++
    const content = [{ type: 'image', data: 'AAEC', mimeType: 'image/png' }]
    return { content, structuredContent: { n: bad ? 'x' : calls } }
  }
  const inputSchema = { type: 'object', properties: { bad: { type: 'boolean' } } }
  const tools = [{ name: 'shoot', description: '', inputSchema, outputSchema, handler }, 'sleep']
  // Each long wait parks the guest; it is brought back from its journal.
  const source = `const first = shoot.raw(); sleep(1500); const second = shoot.raw()
    ;[first.value.n, second.value.n, [...first.files[0].bytes()]]`
  const outcome = await executor.execute({ source, tools })
  t.strictSame(outcome.output, [1, 2, [0, 1, 2]])
  t.ok(outcome.usage.resumes > 0)
  t.equal(calls, 2)
  const misfit = { message: /does not fit its output schema/ }
  t.match(await failureOf(executor, { source: 'shoot.raw({ bad: true })', tools }), misfit)
  t.match(await failureOf(executor, { source: 'shoot.raw({ bad: 1 })', tools }), {
    name: 'ToolInputError',
  })
})

t.test('in a session raw is the same function, of the tool that is there', async t => {
  const session = await executor.sessions.create()
  const tools = (n: number) => [
    ...named({ [`other${n}`]: async () => 0 }),
    {
      name: 'answer',
      description: '',
      handler: async () => ({ content: [{ type: 'text', text: `v${n}` }] }),
    },
  ]
  t.equal(
    (await session.execute({ source: 'const raw = answer.raw; raw().text', tools: tools(1) }))
      .output,
    'v1',
  )
  const again = await session.execute({
    source: '[raw().text, raw === answer.raw]',
    tools: [...tools(2)].reverse(),
  })
  t.strictSame(again.output, ['v2', true])
  const gone = await session.execute({ source: 'raw()', tools: [] })
  t.match(gone, { status: 'failed', error: { code: 'GUEST_ERROR', name: 'ToolUnavailableError' } })
})

t.test('an approval counts for raw as for the tool', async t => {
  const tool = { name: 'pay', description: '', needsApproval: true, execute: async () => 'paid' }
  const onApproval = async () => ({ decision: 'approve' as const })
  const request = { source: 'pay.raw().value', tools: [tool], onApproval }
  t.equal(await outputOf(executor, request), 'paid')
})

t.test('the short form over HTTP gives the same', async t => {
  const { body } = await post(`${daemon.url}/execute`, { code: 'screenshot.raw().files[0].size' })
  t.equal(body.output, 70)
})

t.test('patched built-ins do not reach raw', async t => {
  const source = `Object.defineProperty = Reflect.defineProperty = () => { throw new Error('patched') }
    WeakMap.prototype.get = () => undefined
    Object.defineProperty; camera.raw().files.length`
  t.equal(await outputOf(executor, source), 1)
})

t.test('raw crosses to workers in a process of their own', async t => {
  const apart = openExecutor(t, { workers: 1, isolation: 'process', tools: usable })
  const source = '[screenshot.raw().files[0].size, (await read_id.raw()).text, camera().size]'
  t.strictSame(await outputOf(apart, source), [70, '9007199254740993', 70])
})
