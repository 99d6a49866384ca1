/** The console without a browser: who is let in, what pages show, what their forms do. */

import t from 'tap'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { Latchd } from '../../sdk/index.ts'
import { fixture, post, testDaemon } from '../support/daemon.ts'
import { fieldsOf, PageReader, unescaped } from '../support/page-reader.ts'
import { stateFolder } from '../support/state-folder.ts'
import { as, readTokens, secretOf, tokenDaemon } from '../support/token-daemon.ts'
import { foreignPages, forgedCookies, markupAttempts } from './attacks/console.ts'

const { url } = await tokenDaemon(
  t,
  [
    { name: 'ann' },
    { name: 'rea', scopes: ['read', 'execute'] },
    { name: 'eve', scopes: ['execute'] },
  ],
  { LATCHD_TOOLS: fixture('console-tools.ts'), LATCHD_ORIGINS: 'https://app.example' },
)

async function signedIn(name: string): Promise<PageReader> {
  const reader = new PageReader(url)
  await reader.signIn(secretOf(name))
  return reader
}

const ann = await signedIn('ann')

/** Runs a program of a token until it has ended or waits. */
async function run(source: string, body: object = {}, name = 'ann') {
  const answer = await post(`${url}/v1/execute`, { source, durable: true, ...body }, as(name))
  return answer.body
}

/** Runs a program that asks for one approval. */
async function asked(source: string, body: object = {}, name = 'ann') {
  const execution = await run(source, body, name)
  const id: string = execution.waitingFor[0].approvalId
  return { executionId: execution.executionId as string, id, path: `/console/approvals/${id}` }
}

const settled = async (id: string) => await new Latchd({ url, token: secretOf('ann') }).wait(id)

t.test('a browser is led to the sign-in, and other clients get the text', async t => {
  const stranger = new PageReader(url)
  t.match(await stranger.get('/'), { status: 303, location: '/console/sign-in' })
  t.match(await stranger.get('/console/tools?a=1'), {
    location: '/console/sign-in?next=%2Fconsole%2Ftools%3Fa%3D1',
  })
  t.match(await (await fetch(url)).text(), /^This is latchd\./)
})

t.test('a token signs in, with a cookie that scripts and other sites do not get', async t => {
  const reader = new PageReader(url)
  const wrong = await reader.signIn('not-a-token')
  t.equal(wrong.status, 401)
  t.match(wrong.text, /not known here/)
  t.strictSame(reader.lastCookies, [])
  const right = await reader.signIn(secretOf('ann'))
  t.match(right, { status: 303, location: '/' })
  const [cookie = ''] = reader.lastCookies
  t.match(cookie, /^latchd_console_\d+=/)
  for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=43200'])
    t.match(cookie, part)
  t.notMatch(cookie, /Secure/)
  t.notMatch(cookie, secretOf('ann'))
  t.equal((await reader.get('/')).status, 200)
  await reader.post('/console/sign-in', { token: secretOf('ann') }, { origin: url })
  t.match(
    await reader.post('/console/sign-in', { token: secretOf('ann'), next: '//evil.example' }),
    { location: '/' },
  )
})

t.test('behind TLS the cookie is for TLS alone', async t => {
  const { host } = new URL(url)
  const reader = new PageReader(url)
  await reader.post('/console/sign-in', { token: secretOf('ann') }, { origin: `https://${host}` })
  t.match(reader.lastCookies[0], /Secure/)
})

t.test('a cookie ends with the sign-out', async t => {
  const reader = await signedIn('ann')
  const [[name, value]] = [...reader.cookies] as [[string, string]]
  t.match(await reader.post('/console/sign-out'), { status: 303, location: '/console/sign-in' })
  t.equal(reader.cookies.size, 0)
  t.match(await reader.get('/', { cookie: `${name}=${value}` }), { status: 303 })
})

t.test('a forged cookie is none', async t => {
  const [[name, value]] = [...ann.cookies] as [[string, string]]
  for (const cookie of forgedCookies(value)) {
    t.equal((await ann.get('/', { cookie: `${name}=${cookie}` })).status, 303, cookie)
  }
})

t.test('a cookie outlives the daemon, and ends with its token', async t => {
  const env = { LATCHD_STATE_DIR: stateFolder(t) }
  const first = await startDaemon(readTokens(t, [{ name: 'bob' }, { name: 'kim' }], env))
  const reader = new PageReader(first.url)
  await reader.signIn(secretOf('bob'))
  const [[, value]] = [...reader.cookies] as [[string, string]]
  await first.close()
  const second = await startDaemon(readTokens(t, [{ name: 'bob' }, { name: 'kim' }], env))
  t.teardown(() => second.close())
  const cookie = `latchd_console_${new URL(second.url).port}=${value}`
  const again = new PageReader(second.url)
  t.equal((await again.get('/', { cookie })).status, 200)
  const events = await fetch(`${second.url}/console/live`, { headers: { cookie } })
  second.reload(() => readTokens(t, [{ name: 'kim' }], env))
  await events.text()
  t.equal((await again.get('/', { cookie })).status, 303, 'the streams have ended too')
  t.equal((await again.get('/console/live', { cookie, accept: 'text/event-stream' })).status, 401)
})

t.test('a link signs in once, and not by a browser that only guesses', async t => {
  const { body, status } = await post(`${url}/v1/sign-in-links`, {}, as('ann'))
  t.equal(status, 201)
  const reader = new PageReader(url)
  t.equal((await reader.get(body.path, { 'sec-purpose': 'prefetch' })).status, 401)
  t.match(await reader.get(body.path), { status: 303, location: '/' })
  t.match((await reader.get('/')).text, />ann</)
  const second = new PageReader(url)
  t.equal((await second.get(body.path)).status, 401)
  t.equal(second.cookies.size, 0)
})

t.test('a browser that another site led here comes back by itself with its cookie', async t => {
  const headers = { 'sec-fetch-site': 'cross-site' }
  const answer = await new PageReader(url).get('/console/tools', headers)
  t.equal(answer.status, 200)
  t.match(answer.text, '<meta http-equiv="refresh" content="0">')
})

t.test('a form of another page is refused, of a named origin too', async t => {
  const { path } = await asked("send_mail({ to: 'a', text: 'b' })")
  for (const origin of foreignPages) {
    const answer = await ann.post(path, { decision: 'approve' }, { origin })
    t.equal(answer.status, 403, origin)
  }
  const cookie = [...ann.cookies].map(([name, value]) => `${name}=${value}`).join()
  const bare = (headers: Record<string, string>) =>
    fetch(url + path, {
      method: 'POST',
      body: new URLSearchParams({ decision: 'approve' }),
      headers: { cookie, ...headers },
    })
  t.equal((await bare({})).status, 403, 'without a word of where it comes from')
  t.equal((await bare({ 'sec-fetch-site': 'same-site' })).status, 403)
  const approval = await fetch(`${url}/v1${path.slice('/console'.length)}`, { headers: as('ann') })
  t.match(await approval.json(), { status: 'pending' })
  t.equal((await ann.get('/', { origin: 'https://app.example' })).status, 403, 'reading neither')
  const api = await fetch(`${url}/v1/executions`, { headers: { cookie } })
  t.equal(api.status, 401, 'a cookie is nothing to the API')
})

t.test('pages load nothing but their own files, and run nothing that is in them', async t => {
  const { executionId } = await run('console.log(1); 2')
  for (const path of ['/', `/console/executions/${executionId}`, '/console/approvals', '/nope']) {
    const { headers, text } = await ann.get(path === '/nope' ? '/console/nope' : path)
    const policy = headers.get('content-security-policy') ?? ''
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
    ]) {
      t.match(policy, part, path)
    }
    t.notMatch(policy, 'unsafe')
    t.equal(headers.get('referrer-policy'), 'same-origin')
    t.equal(headers.get('cache-control'), 'no-store')
    t.notMatch(
      text,
      /<script(?![^>]* src="\/console\/static\/)|<style| style="| on\w+="|javascript:/i,
    )
    for (const [, file = ''] of text.matchAll(/(?:src|href)="(\/console\/static\/[^"]+)"/g)) {
      const answer = await fetch(url + file)
      t.equal(answer.status, 200, file)
      t.match(answer.headers.get('cache-control'), 'immutable')
      await answer.text()
    }
  }
  t.equal((await fetch(`${url}/console/static/x/..%2fconsole.ts`)).status, 404)
})

/** The elements of a page with their attributes: what a text must not add to. */
const tagsOf = (html: string) => html.match(/<[a-z!/][^>]*>/gi) ?? []

t.test('markup in programs, logs, outputs, errors and arguments is shown as text', async t => {
  const plain = markupAttempts.map((_, i) => `attempt-${i}`)
  const pagesFor = async (texts: readonly string[]) => {
    const list = JSON.stringify(texts)
    const done = await run(
      `// ${texts.join(' ')}\nconst list = ${list}\nfor (const one of list) console.log(one)\nlist.map(one => ({ [one]: one }))`,
      { metadata: { [texts[0] as string]: texts } },
    )
    const failed = await run(
      `const e = new Error(${JSON.stringify(texts.join(' '))})\ne.name = ${JSON.stringify(texts[4])}\nthrow e`,
    )
    const waiting = await asked(
      `delete_account({ id: ${JSON.stringify(texts.join('\n'))}, tags: ${list}, ${JSON.stringify(texts[5])}: 1 })`,
    )
    const above = await run('number(1)')
    const parentCallId = above.calls[0].callId
    await run(`// ${texts[0]} ${texts[11]}`, { metadata: { parentCallId } })
    const own = (id: string) => `/console/executions/${id}`
    const ids = [done, failed, above].map(({ executionId }) => own(executionId))
    const paths = [...ids.slice(0, 2), waiting.path, ...ids.slice(2)]
    const query = new URLSearchParams({
      text: texts[6] as string,
      tool: texts[7] as string,
      sessionId: texts[4] as string,
    })
    const pages = [`/?${query}`, ...paths]
    const read = await Promise.all(pages.map(async path => (await ann.get(path)).text))
    const refused = await ann.post(waiting.path, {
      decision: 'approve',
      'arg.tags': texts.join(),
      reason: texts.join(),
    })
    const anyId = /(exe|apr|cal|call|app|ses)_\w+/g
    return [...read, refused.text].map(text => text.replaceAll(anyId, 'id'))
  }
  const attacked = await pagesFor(markupAttempts)
  const harmless = await pagesFor(plain)
  for (const [i, html] of attacked.entries()) {
    const shape = (page: string) => tagsOf(page).map(tag => /^<\/?[a-z!]+/i.exec(tag)?.[0])
    t.strictSame(shape(html), shape(harmless[i] as string), `page ${i}`)
    t.notMatch(html, /<(script|img|svg|iframe|base|style|link|meta)[^>]*(hit|evil)/i)
  }
  const [, done = '', failed = '', waiting = '', above = ''] = attacked
  for (const i of [0, 11])
    t.ok(unescaped(above).includes(markupAttempts[i] as string), 'a program beneath')
  for (const attempt of markupAttempts) {
    for (const html of [done, failed, waiting]) t.ok(unescaped(html).includes(attempt), attempt)
  }
})

t.test('without the scope there is no button, and the form is refused', async t => {
  const { path, executionId } = await asked("send_mail({ to: 'a', text: 'b' })", {}, 'rea')
  const rea = await signedIn('rea')
  for (const page of [path, '/console/approvals', `/console/executions/${executionId}`]) {
    const { status, text } = await rea.get(page)
    t.equal(status, 200)
    t.match(text, 'send_mail')
    t.notMatch(text, /data-approve|data-reject/, page)
  }
  t.equal((await rea.post(path, { decision: 'approve' })).status, 403)
  const eve = await signedIn('eve')
  t.equal((await eve.get('/')).status, 403)
  t.equal((await eve.get('/console/live')).status, 403)
  t.match(await (await signedIn('ann')).get(path), { status: 200 }, 'ann sees all')
})

t.test('an approval of another token is not there', async t => {
  const reader = await signedIn('rea')
  const { path, executionId } = await asked("send_mail({ to: 'a', text: 'b' })")
  t.equal((await reader.get(path)).status, 404)
  t.equal((await reader.get(`/console/executions/${executionId}`)).status, 404)
  t.equal((await reader.post(`/console/executions/${executionId}/cancel`)).status, 404)
})

t.test('a form that is sent as it was shown changes no argument', async t => {
  const text = 'a\r\nb\rc\n\n d\u0000\u202e "x" '
  const { path, executionId } = await asked(`send_mail({ to: '', text: ${JSON.stringify(text)} })`)
  const shown = await ann.get(path)
  t.match(shown.text, /hidden characters/)
  const fields = fieldsOf(shown.text)
  // As browsers do: every line end becomes two characters, and no text has a zero.
  const sent = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value.replaceAll(/\r\n?|\n/g, '\r\n').replaceAll('\0', '\ufffd'),
    ]),
  )
  t.match(await ann.post(path, { ...sent, decision: 'approve', reason: '' }), { status: 303 })
  t.strictSame((await settled(executionId)).output, { sent: { to: '', text } })
})

t.test('an edited argument is what the tool gets', async t => {
  const { path, executionId } = await asked("send_mail({ to: 'ann', text: 'hello' })")
  const answer = await ann.post(path, {
    'arg.to': 'bob',
    'arg.text': 'hello\r\nthere',
    decision: 'approve',
    next: `/console/executions/${executionId}`,
  })
  t.match(answer, { status: 303, location: `/console/executions/${executionId}` })
  t.strictSame((await settled(executionId)).output, { sent: { to: 'bob', text: 'hello\nthere' } })
})

t.test('a form has a field for each property, by its schema', async t => {
  const { path, executionId } = await asked(
    "delete_account({ id: '7', count: 3, tags: ['x'], other: { deep: 1 } })",
  )
  const { text } = await ann.get(path)
  t.match(text, /<select[^>]* name="arg\.force"/)
  t.match(text, /<select[^>]* name="arg\.kind"/)
  t.strictSame(Object.keys(fieldsOf(text)).sort(), ['arg.count', 'arg.id', 'arg.other', 'arg.tags'])
  const edited = {
    'arg.id': '8',
    'arg.count': '',
    'arg.force': 'true',
    'arg.kind': 'paid',
    'arg.tags': '["y"]',
  }
  const unconfirmed = await ann.post(path, { ...edited, decision: 'approve' })
  t.equal(unconfirmed.status, 400)
  t.match(unconfirmed.text, /confirmation/)
  t.match(unconfirmed.text, />\n8<\/textarea>/, 'what was written is still there')
  const wrong = await ann.post(path, {
    ...edited,
    'arg.tags': '[',
    decision: 'approve',
    confirmed: 'yes',
  })
  t.equal(wrong.status, 400)
  t.match(wrong.text, /\/args\/tags: JSON is expected/)
  t.equal((await ann.post(path, { decision: 'maybe' })).status, 400)
  const right = await ann.post(path, { ...edited, decision: 'approve', confirmed: 'yes' })
  t.equal(right.status, 303)
  t.strictSame((await settled(executionId)).output, {
    deleted: { id: '8', force: true, kind: 'paid', tags: ['y'], other: { deep: 1 } },
  })
})

t.test('a rejection tells its reason, and a second decision is told what came before', async t => {
  const { path, executionId } = await asked(
    "try { send_mail({ to: 'a', text: 'b' }) } catch (error) { error.message }",
  )
  t.equal((await ann.post(path, { decision: 'reject', reason: 'not today' })).status, 303)
  t.match((await settled(executionId)).output, /not today/)
  const second = await ann.post(path, { decision: 'approve' })
  t.equal(second.status, 409)
  t.match(second.text, /was rejected by ann already/)
})

t.test('a question is answered, and a decision is remembered in a session', async t => {
  const question = await asked("ask_human('How many?')")
  t.match((await ann.get(question.path)).text, 'How many?')
  t.equal((await ann.post(question.path, { decision: 'approve' })).status, 400)
  await ann.post(question.path, { decision: 'approve', answer: 'Seven' })
  t.equal((await settled(question.executionId)).output, 'Seven')
  const session = await post(`${url}/v1/sessions`, {}, as('ann'))
  const { sessionId } = session.body
  const source = "send_mail({ to: 'a', text: 'b' }); 'sent'"
  const first = await asked(source, { sessionId })
  await ann.post(first.path, { decision: 'approve', remember: 'session' })
  t.equal((await settled(first.executionId)).output, 'sent')
  t.match(await run(source, { sessionId }), { status: 'completed' })
})

t.test('the list is filtered, in pages, and of executions that the token may see', async t => {
  await run("'needle in the list'")
  await run('number(1)')
  const rows = (html: string) => html.match(/<tr data-key="exe_/g)?.length ?? 0
  t.equal(rows((await ann.get('/?text=NEEDLE')).text), 1)
  t.ok(rows((await ann.get('/?tool=number&status=completed')).text) >= 1)
  t.equal(rows((await ann.get('/?status=stuck')).text), 0)
  t.equal((await ann.get('/?after=nonsense')).status, 400)
  const rea = await signedIn('rea')
  t.notMatch((await rea.get('/')).text, 'needle')
  for (let n = 0; n < 51; n++) await run(`${n} + 'paged'`, { durable: false })
  const first = (await ann.get('/?text=paged')).text
  t.equal(rows(first), 50)
  const [, older = ''] = /rel="next" href="([^"]+)"/.exec(first) ?? []
  t.equal(rows((await ann.get(unescaped(older))).text), 1)
})

t.test('a page shows how an execution goes, and its forms cancel it', async t => {
  const { executionId } = await asked("console.warn('careful')\nsend_mail({ to: 'a', text: 'b' })")
  const path = `/console/executions/${executionId}`
  const { text } = await ann.get(path)
  for (const part of [
    'careful',
    'waits for a decision on send_mail',
    'data-approve',
    'class="bar waiting"',
  ]) {
    t.match(text, part)
  }
  t.match(text, /<li id="L2"><code>send_mail/)
  const renewed = await ann.get(path, { 'x-latchd-update': '1' })
  t.notMatch(renewed.text, 'id="L2"', 'regions alone are renewed')
  t.match(await ann.post(`${path}/cancel`), { status: 303, location: path })
  const ended = await ann.get(path)
  t.match(ended.text, /CANCELLED/)
  t.notMatch(ended.text, /data-live=|data-approve/)
  const stream = await ann.get(`${path}/live`, { 'last-event-id': '99999' })
  t.equal(stream.status, 204)
  t.equal((await ann.post(`${path}/retry`)).status, 409)
})

t.test('an error has its frame, its hint and its line in the source', async t => {
  const { executionId } = await run('const a = 1\nnumbr(a)')
  const { text } = await ann.get(`/console/executions/${executionId}`)
  t.match(text, /class="hint"/)
  t.match(text, 'href="#L2"')
  t.match(text, /<li id="L2" class="fault"/)
})

t.test('without tokens nobody signs in', async t => {
  const open = await testDaemon(t)
  const reader = new PageReader(open.url)
  const { status, text } = await reader.get('/')
  t.equal(status, 200)
  t.notMatch(text, 'Sign out')
  t.match(await reader.get('/console/sign-in'), { status: 303, location: '/' })
  t.match(await post(`${open.url}/v1/sign-in-links`, {}), { body: { path: '/' } })
  t.equal(
    (await reader.post('/console/executions/exe_1/cancel', {}, { origin: 'null' })).status,
    403,
  )
})

t.test('LATCHD_CONSOLE=off leaves the text and no page', async t => {
  const off = await testDaemon(t, { LATCHD_CONSOLE: 'off' })
  const reader = new PageReader(off.url)
  t.match((await reader.get('/')).text, '<a href="/openapi.json">')
  t.equal((await reader.get('/console/approvals')).status, 404)
  t.equal((await post(`${off.url}/v1/sign-in-links`, {})).status, 404)
})
