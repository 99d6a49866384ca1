/** Files at a daemon: sent, read, linked, removed; of executions, sessions and clients; attacked. */

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { Latchd, tool } from '../../sdk/index.ts'
import { Lives } from '../drill/lives.ts'
import { get, post } from '../support/daemon.ts'
import { exchange } from '../support/raw-http.ts'
import { stateFolder } from '../support/state-folder.ts'
import { as, secretOf, tokenDaemon } from '../support/token-daemon.ts'

const folder = stateFolder(t)
const { url } = await tokenDaemon(
  t,
  [
    { name: 'ann' },
    { name: 'bob', scopes: ['execute', 'read'] },
    { name: 'tiny', scopes: ['execute', 'read'], limits: { maxFilesBytes: 1000 } },
  ],
  { LATCHD_STATE_DIR: folder },
)

function client(t: Test, name: string): Latchd {
  const latchd = new Latchd({ url, token: secretOf(name) })
  t.teardown(() => latchd.close())
  return latchd
}

const bob = client(t, 'bob')

async function send(body: BodyInit, query = '', headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/v1/files${query}`, {
    method: 'POST',
    headers: { ...as('bob'), ...headers },
    body,
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as { fileId: string; [key: string]: unknown },
  }
}

const read = (fileId: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/files/${fileId}`, { headers: { ...as('bob'), ...headers } })

/** Contents in the folder, half-written ones included. */
function contents(): string[] {
  const all = readdirSync(join(folder, 'files'), { recursive: true, withFileTypes: true })
  return all.filter(entry => entry.isFile()).map(({ name }) => name)
}

/** Resolves when something holds that no event tells of; the runner bounds it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate()
}

t.test('a file is sent as it is, and read whole, in parts, and by its ETag', async t => {
  const text = '0123456789'.repeat(10)
  const sent = await send(text, '?name=d%C3%BCrr%20%22x%22.txt', {
    'content-type': 'Text/Plain; charset=utf-8',
  })
  const { fileId } = sent.body
  const sha256 = createHash('sha256').update(text).digest('hex')
  t.equal(sent.status, 201)
  t.equal(sent.headers.get('location'), `/v1/files/${fileId}`)
  t.match(sent.body, { name: 'dürr "x".txt', type: 'text/plain; charset=utf-8', size: 100, sha256 })
  const whole = await read(fileId)
  t.equal(await whole.text(), text)
  t.match(Object.fromEntries(whole.headers), {
    etag: `"${sha256}"`,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': '100',
    'content-disposition': `attachment; filename*=UTF-8''d%C3%BCrr%20%22x%22.txt`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': /default-src 'none'/,
    'accept-ranges': 'bytes',
  })
  t.equal((await read(fileId, { 'if-none-match': `"other", W/"${sha256}"` })).status, 304)
  const ranges: [string, number, string][] = [
    ['bytes=10-14', 206, '01234'],
    ['bytes=95-', 206, '56789'],
    ['bytes=-3', 206, '789'],
    ['bytes=98-1000000000000', 206, '89'],
    ['bytes=-1000', 206, text],
    ['bytes=5-4', 200, text],
    ['bytes=1-2,4-5', 200, text],
    ['lines=1-2', 200, text],
    ['bytes=-', 200, text],
    ['bytes=99999999999999999999-', 200, text],
  ]
  for (const [range, status, expected] of ranges) {
    const part = await read(fileId, { range })
    t.strictSame([part.status, await part.text()], [status, expected], range)
  }
  for (const range of ['bytes=100-', 'bytes=-0']) {
    const refused = await read(fileId, { range })
    t.match(await refused.json(), { status: 416, code: 'RANGE_NOT_SATISFIABLE' }, range)
  }
  const stale = await read(fileId, { range: 'bytes=0-1', 'if-range': '"other"' })
  t.equal(stale.status, 200)
  await stale.body?.cancel()
  const head = await fetch(`${url}/v1/files/${fileId}`, { method: 'HEAD', headers: as('bob') })
  t.strictSame([head.status, head.headers.get('content-length')], [200, '100'])
  const empty = await send('', '?name=empty')
  t.match(empty.body, { size: 0 })
  t.equal(await (await read(empty.body.fileId)).text(), '')
})

t.test('a file of one token is not there for another, by whatever way; admin sees all', async t => {
  const { fileId } = (await send('secret')).body
  const { executionId, files = [] } = await bob.execute({ source: `emit(new File(['own'], 'o'))` })
  const emitted = files[0]?.fileId as string
  const ann = client(t, 'ann')
  t.equal(await (await ann.files.download(fileId)).text(), 'secret', 'ann is an admin')
  const tiny = as('tiny')
  for (const id of [fileId, emitted]) {
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/link'],
    ] as const) {
      const response = await fetch(`${url}/v1/files/${id}${path}`, {
        method,
        headers: { ...tiny, 'content-type': 'application/json' },
        ...(method === 'POST' && { body: '{}' }),
      })
      t.match(await response.json(), { status: 404, code: 'NOT_FOUND' }, `${method} ${path}`)
    }
    const inputs = { a: [{ $file: id }] }
    const named = await post(`${url}/v1/execute`, { source: '1', inputs }, tiny)
    t.match(named.body, { status: 400, code: 'INVALID_REQUEST', errors: [{ pointer: '/inputs' }] })
    const encodedInputs = `[{"f":1},["File",2],{"fileId":3,"type":4,"size":5,"sha256":4,"lastModified":5},"${id}","",0]`
    const forged = await post(`${url}/v1/execute`, { source: 'f.text()', encodedInputs }, tiny)
    t.match(forged.body, { status: 400, code: 'INVALID_REQUEST' })
  }
  t.equal((await get(`${url}/v1/executions/${executionId}`, as('bob'))).body.files[0].name, 'o')
})

t.test('a tool of a client that claims a file of another caller gets nowhere', async t => {
  const { fileId } = (await send('secret')).body
  const tiny = client(t, 'tiny')
  const { FileReference } = await import('../../protocol/values/file-reference.ts')
  const facts = { fileId, name: 'x', type: '', size: 6, sha256: '0'.repeat(64), lastModified: 0 }
  const claim = tool({
    name: 'claim',
    description: '',
    inputSchema: z.object({}),
    execute: () => new FileReference(facts),
  })
  const outcome = await tiny.execute({ source: 'claim().text()', tools: [claim] })
  t.match(outcome, { status: 'failed', error: { message: /The execution has no file/ } })
})

t.test('names and types are labels: no path, no header, no page', async t => {
  const names: [string, string][] = [
    ['../../etc/passwd', 'passwd'],
    ['C:\\x\\..\\evil.exe', 'evil.exe'],
    ['a/..', 'file'],
    ['', 'file'],
    ['x\r\nset-cookie: a=b', 'xset-cookie: a=b'],
    [`${'n'.repeat(400)}.tar`, `${'n'.repeat(251)}.tar`],
  ]
  for (const [given, name] of names) {
    const sent = await send('x', `?name=${encodeURIComponent(given)}`)
    t.equal(sent.body.name, name)
    const response = await read(sent.body.fileId)
    await response.body?.cancel()
    t.equal(response.headers.get('set-cookie'), null)
  }
  const html = await send('<script>', '?name=a.html', { 'content-type': 'text/html' })
  const page = await read(html.body.fileId)
  await page.body?.cancel()
  t.match(page.headers.get('content-disposition'), /^attachment/)
  const odd = await send('x', '', { 'content-type': 'nothing of the kind' })
  t.equal(odd.body.type, '')
  t.equal((await read('../../../etc/passwd')).status, 404)
  t.equal((await read('%2e%2e%2fstore')).status, 404)
})

t.test('a link works without a token until it expires, for its file alone', async t => {
  const { fileId } = (await send('linked', '?name=l.txt')).body
  const other = (await send('other')).body.fileId
  const link = await bob.files.link(fileId, { expiresMs: 60_000 })
  t.equal(new URL(link).origin, url)
  t.equal(await (await fetch(link)).text(), 'linked')
  const part = await fetch(link, { headers: { range: 'bytes=0-1' } })
  t.strictSame([part.status, await part.text()], [206, 'li'])
  const { search } = new URL(link)
  const later = search.replace(/expires=\d/, 'expires=9')
  const bad = [
    `${other}${search}`,
    `${fileId}${later}`,
    `${fileId}${search}x`,
    `${fileId}?expires=1&signature=`,
  ]
  for (const path of bad) t.equal((await fetch(`${url}/v1/files/${path}`)).status, 403, path)
  t.equal((await fetch(`${url}/v1/files/${fileId}`)).status, 401)
  const short = await bob.files.link(fileId, { expiresMs: 1 })
  while ((await fetch(short)).status === 200);
  t.equal((await fetch(short)).status, 403, 'it has expired')
  const { mode } = statSync(join(folder, 'file-link-key'))
  t.equal(mode & 0o777, 0o600)
  const refused = await post(`${url}/v1/files/${fileId}/link`, { expiresMs: 1e12 }, as('bob'))
  t.match(refused.body, { status: 400, errors: [{ pointer: '/expiresMs' }] })
})

t.test(
  'quotas of a token: a refused file leaves nothing behind, and a removed one makes room',
  async t => {
    const before = contents().length
    const tiny = as('tiny')
    const put = (size: number) =>
      fetch(`${url}/v1/files`, { method: 'POST', headers: tiny, body: 'x'.repeat(size) })
    const refused = await put(1001)
    t.match(await refused.json(), {
      status: 429,
      code: 'FILES_FULL',
      detail: /limit maxFilesBytes 1000/,
    })
    t.equal(contents().length, before, 'nothing half-written')
    const sent = (await (await put(1000)).json()) as { fileId: string }
    const latchd = client(t, 'tiny')
    const source = `try { emit(new File(['x'], 'x')) } catch (e) { [e.name, e.code] }`
    t.match(await latchd.execute({ source }), { output: ['RangeError', 'FILES_FULL'] })
    await latchd.files.delete(sent.fileId)
    t.equal(contents().length, before, 'the content goes with its last file')
    t.match(await latchd.execute({ source }), { output: undefined, files: [{ name: 'x' }] })
  },
)

t.test(
  'a body that breaks off, or is longer than a file may be, leaves nothing behind',
  async t => {
    const before = contents().length
    const head = `POST /v1/files HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${secretOf('bob')}\r\n`
    const bytes = `${head}connection: close\r\ncontent-length: 1073741825\r\n\r\n`
    t.match(await exchange(t, url, [bytes]), [{ status: 413 }])
    const packed = await send('x', '', { 'content-encoding': 'gzip' })
    t.equal(packed.status, 415)
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.write(`${head}content-length: 100000\r\n\r\nbegun`)
    await until(() => contents().length > before)
    socket.destroy()
    await until(() => contents().length === before)
    t.equal((await send('x')).status, 201, 'and the next is taken')
  },
)

t.test('tools of a client get files and send them', async t => {
  const seen: unknown[] = []
  const upper = tool({
    name: 'upper',
    description: '',
    inputSchema: z.object({ file: z.file() }),
    execute: async ({ file }) => {
      seen.push([file instanceof File, file.name, file.type, file.size])
      return {
        made: new File([(await file.text()).toUpperCase()], 'u.txt', { type: 'text/plain' }),
      }
    },
  })
  const source = `
    const { made } = upper(new File(['abc'], 'a.txt', { type: 'text/x' }))
    emit(made); [made.name, made.type, made.text(), upper(inputs.doc).made.text()]`
  const inputs = { doc: new File(['sent'], 's') }
  const outcome = await bob.execute({ source, inputs, tools: [upper] })
  t.strictSame(outcome.output, ['u.txt', 'text/plain', 'ABC', 'SENT'])
  t.strictSame(seen, [
    [true, 'a.txt', 'text/x', 3],
    [true, 's', 'application/octet-stream', 4],
  ])
  t.equal(await outcome.files[0]?.text(), 'ABC')
  t.match(await get(`${url}/openapi.json`), { body: { paths: { '/v1/files': { post: {} } } } })
})

t.test('files of a session stay, and are those of its programs alone', async t => {
  const session = await bob.sessions.create()
  await session.execute({ source: `var kept = new File(['kept'], 'k'); emit(kept)` })
  t.match(await session.execute({ source: 'kept.text()' }), { output: 'kept' })
})

t.test('the same content is stored once, and goes with the last file that has it', async t => {
  const before = contents().length
  const one = (await send('shared content')).body.fileId
  const source = `emit(new File(['shared ', 'content'], 'x'))`
  const { executionId, files } = await bob.execute({ source, durable: true })
  t.equal(contents().length, before + 1)
  await bob.files.delete(one)
  t.equal(await files[0]?.text(), 'shared content')
  await bob.files.delete(files[0]?.fileId as string)
  t.equal(contents().length, before)
  await bob.delete(executionId)
})

t.test('a file of an execution that goes on stays', async t => {
  const source = `emit(new File(['stays'], 's')); human_approval('go')`
  const waiting = await bob.execute({ source, waitMs: 5000 })
  const fileId = waiting.files[0]?.fileId as string
  t.equal(waiting.status, 'waiting')
  await t.rejects(bob.files.delete(fileId), { code: 'CONFLICT' })
  await bob.cancel(waiting.executionId)
  await bob.files.delete(fileId)
  t.equal((await read(fileId)).status, 404)
})

t.test(
  'an execution with files goes on after the loss of its daemon, with the same bytes',
  async t => {
    const lives = await Lives.open()
    t.teardown(() => lives.close())
    let made = 0
    const picture = tool({
      name: 'picture',
      description: '',
      inputSchema: z.object({}),
      execute: () => new File([`picture ${++made}`], 'p.png', { type: 'image/png' }),
    })
    const keep = tool({
      name: 'keep',
      description: '',
      needsApproval: true,
      inputSchema: z.object({ file: z.instanceof(File) }),
      execute: async ({ file }) => new File([await file.text(), '!'], file.name),
    })
    const source = `
    const shot = picture(); const text = shot.text()
    const made = new File([shot, '+', 'x'.repeat(1_000_000)], 'made.txt')
    emit(made)
    const kept = keep(made); emit(kept)
    ;[text, shot.text(), made.slice(0, 10).text(), kept.slice(-2).text()]`
    const first = new Latchd({ url: await lives.next([picture, keep]) })
    const waiting = await first.execute({ source, durable: true, waitMs: 20_000 })
    t.match(waiting, { status: 'waiting', files: [{ name: 'made.txt' }] })
    const journal = await lives.store.journal(waiting.executionId)
    const texts = journal?.records.map(({ text }) => String(text)).join('\n') ?? ''
    t.match(texts, /^f\{"sha256":"[0-9a-f]{64}","from":0,"to":9\}$/m, 'the journal has the hash')
    t.ok(texts.length < 10_000, 'and no bytes')
    const second = new Latchd({ url: await lives.next([picture, keep]) })
    t.teardown(() => Promise.all([first.close(), second.close()]))
    const [asked] = await second.approvals.list({ status: 'pending' })
    t.match(asked?.input, { file: { $file: /^fil_/, name: 'made.txt', size: 1_000_010 } })
    const args = { file: { $file: (asked?.input as { file: { $file: string } }).file.$file } }
    await second.approvals.approve(asked?.approvalId as string, { args })
    const outcome = await second.wait(waiting.executionId)
    t.strictSame(outcome.output, ['picture 1', 'picture 1', 'picture 1+', 'x!'])
    t.match(outcome.files, [{ name: 'made.txt' }, { name: 'made.txt' }])
    t.equal(await outcome.files[1]?.text(), `picture 1+${'x'.repeat(1_000_000)}!`)
    t.equal(made, 1)
    const replay = await post(`${second.url}/v1/executions/${waiting.executionId}/replay`, {})
    t.match(replay.body, { result: 'same' }, 'a replay reads them too')
    t.ok(existsSync(join(lives.stateDir, 'files')))
  },
)
