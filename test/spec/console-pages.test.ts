/** The console's other pages: playground, tools, sessions, time travel, the last hour; when it is loaded. */

import t from 'tap'
import { openerOf } from '../../daemon/cli/commands/open.ts'
import { serverList } from '../../daemon/console/tools/server-list.ts'
import { EventBus } from '../../daemon/executions/event-bus.ts'
import { LastHour, MINUTES, quantileSeconds } from '../../daemon/telemetry/last-hour.ts'
import { Latchd } from '../../sdk/index.ts'
import { runScript } from '../support/child-script.ts'
import { startHere } from '../support/command-here.ts'
import { fixture, post } from '../support/daemon.ts'
import { fieldsOf, PageReader, unescaped } from '../support/page-reader.ts'
import { as, secretOf, tokenDaemon } from '../support/token-daemon.ts'

const { url } = await tokenDaemon(
  t,
  [{ name: 'ann' }, { name: 'rea', scopes: ['read'] }, { name: 'few', tools: ['number'] }],
  { LATCHD_TOOLS: fixture('console-tools.ts') },
)

async function signedIn(name: string): Promise<PageReader> {
  const reader = new PageReader(url)
  await reader.signIn(secretOf(name))
  return reader
}
const ann = await signedIn('ann')
const rea = await signedIn('rea')
const latchd = new Latchd({ url, token: secretOf('ann') })

const idOf = (location = '') => /exe_\w+/.exec(location)?.[0] as string

t.test('the playground runs a program, and its page is the way back to it', async t => {
  const source = 'const twice = n * 2\nconsole.log(twice)\ntwice'
  const sent = await ann.post('/console/playground', {
    source: source.replaceAll('\n', '\r\n'),
    language: 'javascript',
    inputs: '{"n": 21}',
    sessionId: '',
  })
  t.match(sent, { status: 303, location: /^\/console\/executions\/exe_/ })
  t.match(await latchd.wait(idOf(sent.location)), { status: 'completed', output: 42 })
  t.equal((await latchd.source(idOf(sent.location))).source, source)
  const again = await ann.get(`/console/playground?from=${idOf(sent.location)}`)
  const fields = fieldsOf(again.text)
  t.equal(unescaped(fields.source ?? ''), source)
  t.strictSame(JSON.parse(unescaped(fields.inputs ?? '')), { n: 21 })
})

t.test('what the playground cannot run is still there to be mended', async t => {
  const program = { source: '1 <b>', language: 'javascript', sessionId: '' }
  const answer = await ann.post('/console/playground', { ...program, inputs: '{' })
  t.equal(answer.status, 400)
  t.match(answer.text, '/inputs: JSON is expected')
  t.match(answer.text, '1 &lt;b&gt;')
  t.equal((await ann.post('/console/playground', { ...program, inputs: '[]' })).status, 400)
  const gone = { ...program, inputs: '', sessionId: 'ses_none' }
  t.equal((await ann.post('/console/playground', gone)).status, 404)
  const wrong = { ...program, inputs: '', language: 'basic' }
  t.equal((await ann.post('/console/playground', wrong)).status, 400)
  const long = { ...program, source: 'x'.repeat(300_000), inputs: '' }
  t.equal((await ann.post('/console/playground', long)).status, 413)
  t.notMatch((await rea.get('/console/playground')).text, '>Run</button>')
  t.equal((await rea.post('/console/playground', { ...program, inputs: '' })).status, 403)
})

t.test("the editor's modules are those of npm, with addresses for the packages' names", async t => {
  const { text } = await ann.get('/console/playground')
  const [, root = ''] = /data-editor="([^"]+)"/.exec(text) ?? []
  const pending = [root]
  const seen = new Set<string>()
  for (const path of pending) {
    if (seen.has(path)) continue
    seen.add(path)
    const { status, headers, text: module } = await ann.get(path)
    t.equal(status, 200, path)
    t.match(headers.get('cache-control'), 'immutable')
    const imported = module.matchAll(/^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm)
    for (const [, name = ''] of imported) {
      t.match(name, /^\/console\/modules\//)
      pending.push(name)
    }
  }
  t.ok(seen.size > 10, `${seen.size} modules`)
  t.equal((await new PageReader(url).get(root)).status, 303, 'for those who are signed in')
  const folder = root.slice(0, root.lastIndexOf('/'))
  for (const name of ['hono', 'tap', '..%2f..%2fpackage.json', '%2fetc%2fpasswd']) {
    t.equal((await ann.get(`${folder}/${name}`)).status, 404, name)
  }
})

t.test('the editor is told of the tools, their declarations and what the check finds', async t => {
  const few = await signedIn('few')
  const { data } = JSON.parse((await few.get('/console/playground/tools')).text)
  t.strictSame(
    data.map(({ word }: { word: string }) => word),
    ['number'],
  )
  const declared = await ann.get('/console/playground/declaration?name=number')
  t.match(declared.text, 'declare function number(n: number): any')
  t.equal((await few.get('/console/playground/declaration?name=send_mail')).status, 404)
  const asked = { source: 'number({ n: "x" })', language: 'javascript', sessionId: '' }
  const checked = JSON.parse((await ann.post('/console/playground/check', asked)).text)
  t.match(checked.data, [{ line: 1, code: /^TS/ }])
  t.equal((await rea.post('/console/playground/check', asked)).status, 403)
})

t.test('tools are listed with what they have done, and one is tried by its form', async t => {
  const list = (await ann.get('/console/tools')).text
  for (const part of ['delete_account', 'destructive', 'asks a person']) t.match(list, part)
  const path = '/console/tools/tool?name=number'
  t.match((await ann.get(path)).text, 'declare function number')
  const sent = await ann.post(path, { 'arg.n': '7' })
  t.match(await latchd.wait(idOf(sent.location)), { output: 7 })
  t.match(
    (await ann.get('/console/tools')).text,
    /number<\/code>[\s\S]*?<td class="number">1<\/td>/,
  )
  const wrong = await ann.post(path, { 'arg.n': 'seven' })
  t.equal(wrong.status, 400)
  t.match(wrong.text, /a number is expected/)
  t.match(wrong.text, '>\nseven</textarea>')
  t.equal((await ann.get('/console/tools/tool?name=none')).status, 404)
  const few = await signedIn('few')
  t.notMatch((await few.get('/console/tools')).text, 'send_mail')
  t.equal((await few.get('/console/tools/tool?name=send_mail')).status, 404)
  t.equal((await rea.post(path, { 'arg.n': '7' })).status, 403)
})

t.test('servers are listed with their states, which say nothing but text', async t => {
  const facts = { name: 'crm', state: 'unavailable', tools: 3, reconnects: 2 } as const
  const text = String(await serverList([{ ...facts, reason: '<b>gone</b>' }]))
  t.match(text, /crm<\/code>[\s\S]*unavailable<\/span> &lt;b&gt;gone/)
  t.equal(String(await serverList([])), '')
})

t.test('a session is made, run in, looked at and forgotten', async t => {
  const made = await ann.post('/console/sessions')
  const [, sessionId = ''] = /(ses_\w+)$/.exec(made.location ?? '') ?? []
  const sent = await ann.post('/console/playground', {
    source: 'var kept = 1',
    language: 'javascript',
    inputs: '',
    sessionId,
  })
  await latchd.wait(idOf(sent.location))
  t.match((await ann.get('/console/sessions')).text, sessionId)
  t.match((await ann.get(`/console/sessions/${sessionId}`)).text, 'var kept = 1')
  t.equal((await rea.get(`/console/sessions/${sessionId}`)).status, 404)
  t.equal((await rea.post(`/console/sessions/${sessionId}/remove`)).status, 403)
  t.equal((await ann.post(`/console/sessions/${sessionId}/remove`)).status, 303)
  t.equal((await ann.get(`/console/sessions/${sessionId}`)).status, 404)
})

t.test('a session shows the names that its programs left to it', async t => {
  const { sessionId } = await latchd.sessions.create()
  const run = (source: string, language = 'javascript') =>
    post(`${url}/v1/execute`, { source, language, sessionId }, as('ann'))
  await run('const kept = 1\nfunction twice(n) { return n * 2 }\n{ let inner = 1 }')
  const { body } = await run('let a: number = 2, [b] = [3]\nvar kept2', 'typescript')
  await run('let )')
  const { text } = await ann.get(`/console/sessions/${sessionId}`)
  const names = text.matchAll(/<a href="([^"]+)"><code>(\w+)<\/code><\/a><\/li>/g)
  const found = Array.from(names, ([, path = '', name]) => [name, path.replace(/.*#/, '')])
  t.strictSame(found, [
    ['a', 'L1'],
    ['b', 'L1'],
    ['kept', 'L1'],
    ['kept2', 'L2'],
    ['twice', 'L2'],
  ])
  t.ok(text.includes(`/console/executions/${body.executionId}#L2`))
})

t.test('a tool shows its last errors, to those who see the executions', async t => {
  const source = 'for (const n of [1, 2]) try { broken(`<i>${n}`) } catch {}'
  const { body } = await post(`${url}/v1/execute`, { source, durable: true }, as('ann'))
  t.equal(body.status, 'completed')
  const path = '/console/tools/tool?name=broken'
  const { text } = await ann.get(path)
  const errors = text.match(/#call_\w+">Error: (.*?)<\/a>/g) ?? []
  t.match(errors, [/&lt;i&gt;2/, /&lt;i&gt;1/])
  t.notMatch((await rea.get(path)).text, 'Its last errors')
})

t.test('time travel shows each call without calling anything', async t => {
  const source = "console.log('one')\nconst a = number(1)\nconsole.log('two')\nnumber(a + 1)"
  const { body } = await post(`${url}/v1/execute`, { source, durable: true }, as('ann'))
  const path = `/console/executions/${body.executionId}`
  t.match((await ann.get(path)).text, `href="${path}/replay"`)
  const second = (await ann.get(`${path}/replay?at=2`)).text
  t.match(second, 'Call 2 of 2')
  t.match(second, /<li id="L4" class="at"/)
  t.match(second, '{&quot;n&quot;:2}')
  t.match((await ann.get(`${path}/replay?at=1&step=1`)).text, 'Call 2 of 2', 'without a script')
  t.match((await ann.get(`${path}/replay?at=3`)).text, 'It completed, as it did before.')
  t.equal((await ann.get(`${path}/replay?at=x`)).status, 400)
  t.match(second, /<dt><code>a<\/code><\/dt><dd><pre>1<\/pre>/)
  const volatile = await post(`${url}/v1/execute`, { source }, as('ann'))
  const without = `/console/executions/${volatile.body.executionId}`
  t.notMatch((await ann.get(without)).text, 'Time travel')
  t.equal((await ann.get(`${without}/replay`)).status, 409)
})

t.test('a waiting execution is said to stand at its line', async t => {
  const source = "// first\nsend_mail({ to: 'a', text: 'b' })"
  const { body } = await post(`${url}/v1/execute`, { source, durable: true }, as('ann'))
  const { text, status } = await ann.get(`/console/executions/${body.executionId}/line`)
  t.equal(status, 200)
  t.strictSame(JSON.parse(text), { line: 2 })
  await latchd.cancel(body.executionId)
})

t.test('a page is bounded, whatever its execution has written', async t => {
  const source = `${'\n'.repeat(6000)}for (let n = 0; n < 6000; n++) console.log('line', n)
for (let n = 0; n < 2100; n++) number(n)
;[Array.from({ length: 20_000 }, (_, n) => n), 'x'.repeat(400_000)]`
  const limits = { maxCalls: 2100 }
  const { body } = await post(`${url}/v1/execute`, { source, limits }, as('ann'))
  t.equal(body.status, 'completed')
  const { text } = await ann.get(`/console/executions/${body.executionId}`)
  t.ok(text.length < 4_000_000, `${text.length} characters`)
  for (const part of [
    'lines more are not shown',
    'lines before these are not shown',
    'the first and the last 1000 of 2100 calls',
    '<li>… more</li>',
  ]) {
    t.ok(text.includes(part), part)
  }
  const long = `send_mail({ to: 'x', text: 'y'.repeat(300_000) })`
  const waiting = await post(`${url}/v1/execute`, { source: long }, as('ann'))
  const [{ approvalId }] = waiting.body.waitingFor
  const page = await ann.get(`/console/approvals/${approvalId}`)
  t.ok(page.text.includes('too long to be shown'))
  t.ok(page.text.length < 100_000)
  await ann.post(`/console/approvals/${approvalId}`, { decision: 'approve' })
  const { output } = (await latchd.wait(waiting.body.executionId)) as {
    output: { sent: { text: string } }
  }
  t.equal(output.sent.text.length, 300_000)
})

t.test('a sleep is said to end when it ends', async t => {
  const { body } = await post(`${url}/v1/executions`, { source: 'sleep(7_200_000)' }, as('ann'))
  for await (const { type } of latchd.events(body.executionId))
    if (type === 'execution-parked') break
  const { text } = await ann.get(`/console/executions/${body.executionId}`)
  t.match(text, /waits for sleep \(<time data-until="\d+" data-now="\d+">1 h 59 min</)
  await latchd.cancel(body.executionId)
})

t.test('files that a program gave out are downloaded by who may see them', async t => {
  const dot =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const source = `emit(new File(['<script>hit()</script>'], '<b>.html', { type: 'text/html' }))
emit(new File([Uint8Array.from(atob('${dot}'), c => c.charCodeAt(0))], 'dot.png', { type: 'image/png' }))`
  const { body } = await post(`${url}/v1/execute`, { source, durable: true }, as('ann'))
  const { text } = await ann.get(`/console/executions/${body.executionId}`)
  t.match(text, '&lt;b&gt;.html</a>')
  t.match(text, 'alt="dot.png"')
  const [page, image] = body.files
  t.ok(text.includes(`<img src="/console/files/${image.fileId}"`))
  t.notOk(text.includes(`<img src="/console/files/${page.fileId}"`))
  const link = await ann.get(`/console/files/${page.fileId}`)
  t.equal(link.status, 303)
  const file = await fetch(url + link.location)
  t.equal(await file.text(), '<script>hit()</script>')
  t.match(file.headers.get('content-disposition'), /^attachment/)
  t.match(file.headers.get('content-security-policy'), "default-src 'none'")
  t.equal((await rea.get(`/console/files/${page.fileId}`)).status, 404)
})

t.test('the last hour is drawn by the daemon', async t => {
  const { text } = await rea.get('/console/metrics')
  t.match(text, /aria-label="Executions that ended, per minute, the last hour\. Now: completed \d+/)
  t.equal(text.match(/<polyline/g)?.length, 9)
  const clock = text.matchAll(/<time datetime="([^"]+)" data-clock>(\d\d:\d\d)</g)
  const instants = Array.from(clock, ([, iso = '']) => Date.parse(iso))
  t.equal(instants.length, 4 * 5, 'four charts with five instants')
  t.equal((instants[4] as number) - (instants[0] as number), (MINUTES - 1) * 60_000)
})

t.test('the hour forgets its oldest minute, and knows how long executions took', async t => {
  let nowMs = 0
  const sources = { queued: () => 1, busy: () => 2, memoryBytes: () => 3 }
  const hour = new LastHour(sources, () => nowMs)
  t.teardown(() => hour.close())
  const bus = new EventBus()
  bus.observe((event, { createdAtMs }) => hour.onEvent(event, createdAtMs))
  const ended = (status: string, tookMs: number) =>
    bus.happened({ type: 'execution-ended', atMs: tookMs, execution: { status } } as never, {
      createdAtMs: 0,
    })
  for (const tookMs of [2, 3, 4, 90]) ended('completed', tookMs)
  ended('failed', 10 ** 9)
  t.match(hour.read(), [{ completed: 4, failed: 1, cancelled: 0, queued: 1, busy: 2 }])
  const [{ durations } = { durations: [] }] = hour.read()
  t.equal(quantileSeconds(durations, 0.5), 0.005)
  t.equal(quantileSeconds(durations, 1), Number.POSITIVE_INFINITY)
  t.equal(quantileSeconds([], 0.5), undefined)
  for (let minute = 1; minute <= MINUTES; minute++) {
    nowMs += 60_000
    hour.turn()
  }
  t.equal(hour.read().length, MINUTES)
  t.equal(hour.read()[0]?.atMs, 60_000, 'the first minute is forgotten')
})

t.test('latchd open prints a link that signs in', async t => {
  const env = { LATCHD_URL: url, LATCHD_TOKEN: secretOf('ann') }
  const { stdout, stderr, code } = await startHere(t, ['open', '--print'], { env }).ended
  t.equal(code, 0)
  t.match(stderr, 'it signs in once, within 2 minutes')
  t.ok(stdout.startsWith(`${url}/console/open/`))
  const reader = new PageReader(url)
  t.match(await reader.get(stdout.trim().slice(url.length)), { status: 303, location: '/' })
  t.match((await reader.get('/')).text, 'Sign out')
})

t.test('latchd open opens a browser where there is a display', async t => {
  t.equal(openerOf('linux', {}), undefined)
  t.equal(openerOf('linux', { DISPLAY: ':0' }), 'xdg-open')
  t.equal(openerOf('linux', { WAYLAND_DISPLAY: 'wayland-0' }), 'xdg-open')
  t.equal(openerOf('darwin', {}), 'open')
  t.equal(openerOf('win32', { DISPLAY: ':0' }), undefined)
})

t.test('a daemon whose console nobody opens loads nothing of it', async t => {
  const { stdout, stderr, code } = await runScript('test/fixtures/console-load.ts', [
    '--no-warnings',
  ])
  t.equal(code, 0, stderr)
  const [before, after] = JSON.parse(stdout)
  t.strictSame(before, [], 'after its start, a program and the text at /')
  t.ok(after.length > 20, 'after the first page')
})
