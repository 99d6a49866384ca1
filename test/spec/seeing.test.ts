/** What can be seen of executions, and of a daemon that somebody has found. */

import t from 'tap'
import { Latchd } from '../../sdk/index.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { daemonCount } from '../support/daemons-behind-balancer.ts'

const two = 'ann:ann-secret-0123456:execute+read,bob:bob-secret-0123456:execute+read'
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

t.test(
  'an execution tells its first line, and its source by itself, to its caller alone',
  async t => {
    const { url } = await testDaemon(t, { LATCHD_TOKENS: two })
    const source = '\n  // adds\n1 + 1'
    for (const durable of [false, true]) {
      const ann = bearer('ann-secret-0123456')
      const { body } = await post(`${url}/v1/execute`, { source, durable }, ann)
      t.equal(body.sourceLine, '// adds')
      const path = `${url}/v1/executions/${body.executionId}/source`
      t.strictSame((await get(path, ann)).body, {
        executionId: body.executionId,
        source,
        language: 'javascript',
      })
      t.match(await get(path, bearer('bob-secret-0123456')), { status: 404 })
    }
  },
)

t.test('calls tell what went in and out, cut, until all of them tell enough', async t => {
  const { url } = await testDaemon(t)
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  const tools = {
    echo: async (value: unknown) => value,
    async *count() {
      yield 1
    },
  }
  const outcome = await latchd.execute({
    source: `echo('x'.repeat(5000)); for (const n of count()) n; try { echo(1n, 2) } catch {}
      for (let n = 0; n < 100; n++) echo('y'.repeat(1000))`,
    tools,
  })
  const [long, stream, big, ...rest] = outcome.calls
  t.match(long?.inputText, /^\["x{1021}…$/)
  t.equal(long?.outputText?.length, 1024)
  t.match(stream, { inputText: '[]', outputText: undefined })
  t.match(big, { inputText: '[ 1n, 2 ]', outputText: '1n' })
  const texts = rest.flatMap(call => [call.inputText ?? '', call.outputText ?? '']).join('')
  t.ok(texts.length < 66_000, String(texts.length))
  t.equal(rest.at(-1)?.inputText, undefined)
})

t.test('a call under way tells the progress that its tool has last told', async t => {
  const { url } = await testDaemon(t)
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  const end = Promise.withResolvers<void>()
  const slow = {
    name: 'slow',
    description: '',
    inputSchema: { type: 'object', properties: {} },
    async execute(_input: object, { progress }: { progress(value: unknown): void }) {
      progress({ done: 1 })
      progress({ done: 2 })
      await end.promise
    },
  }
  let id = ''
  for await (const event of latchd.stream({ source: 'slow()', tools: [slow] })) {
    id = event.executionId
    if (event.type === 'call-progressed' && (event.progress as { done: number }).done === 2) {
      t.match((await latchd.get(id)).calls, [{ tool: 'slow', progress: { done: 2 } }])
      end.resolve()
    }
  }
  t.notOk('progress' in ((await latchd.get(id)).calls[0] as object))
})

t.test('lists tell those of a session, a tool and a time, page by page', async t => {
  const { url } = await testDaemon(t)
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  const session = await latchd.sessions.create()
  await session.execute({ source: '"first"', durable: true })
  await latchd.execute({ source: 'sleep(1)' })
  await session.execute({ source: '"second"' })
  const { sessionId } = session
  const lines = async (options: Parameters<Latchd['list']>[0]) =>
    (await latchd.list(options)).data.map(execution => execution.sourceLine)
  t.strictSame(await lines({ sessionId }), ['"second"', '"first"'])
  t.strictSame(await lines({ tool: 'sleep' }), ['sleep(1)'])
  t.strictSame(await lines({ tool: 'sleep', sessionId }), [])
  const page = await latchd.list({ sessionId, limit: 1 })
  t.match(page.data, [{ sourceLine: '"second"' }])
  t.strictSame(await lines({ sessionId, after: page.nextCursor as string }), ['"first"'])
  const { data } = await latchd.list()
  const [newest, , oldest] = data as [{ createdAtMs: number }, unknown, { createdAtMs: number }]
  t.strictSame(await lines({ createdBeforeMs: oldest.createdAtMs }), [])
  t.equal((await lines({ createdFromMs: oldest.createdAtMs })).length, 3)
  t.strictSame(await lines({ createdFromMs: newest.createdAtMs + 1 }), [])
  t.match(await get(`${url}/v1/executions?createdFromMs=soon`), { status: 400 })
})

t.test('a filter that nothing fits is looked for page by page, and comes to an end', async t => {
  const { url } = await testDaemon(t, { LATCHD_WORKERS: '2' })
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  await Promise.all(Array.from({ length: 120 }, (_, n) => latchd.execute({ source: `${n}` })))
  t.strictSame(await latchd.list({ tool: 'never', limit: 3 }), { data: [] })
})

/** It names the host that it was asked as, which a balancer replaces. */
const ofOne = { skip: daemonCount > 1 && 'about one daemon' }

t.test(
  'GET / says what this is and where to go, without a token and without a secret',
  ofOne,
  async t => {
    const { url } = await testDaemon(t, { LATCHD_TOKENS: two, LATCHD_CONSOLE: 'off' })
    const plain = await fetch(url)
    const text = await plain.text()
    t.match(plain.headers.get('content-type'), /^text\/plain/)
    t.match(text, /^This is latchd\./)
    t.match(text, `curl -s ${url}/execute -H "authorization: Bearer $LATCHD_TOKEN"`)
    const lines = text.split('\n')
    t.ok(lines.length <= 24, 'one screen')
    for (const path of text.match(/^ {2}\/\S+/gm) ?? []) {
      const { status } = await fetch(url + path.trim(), { headers: bearer('ann-secret-0123456') })
      t.ok(status === 200 || status === 403, path)
    }
    const page = await fetch(url, {
      headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    })
    t.match(page.headers.get('content-type'), /^text\/html/)
    t.match(page.headers.get('vary'), /accept/i)
    const html = await page.text()
    t.match(html, '<a href="/openapi.json">')
    t.match(html, '&quot;code&quot;')
    t.notMatch(text + html, /secret-0123456|ann|bob/)
  },
)
