/** Files of several daemons: sent to one, read, linked, used and removed at another. */

import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { openContents } from '../../daemon/files/open-contents.ts'
import { bucketAddress } from '../../daemon/files/s3-bucket.ts'
import { MAX_DATABASE_FILE_BYTES } from '../../daemon/files/shared-contents.ts'
import { CONTENT_GRACE_MS } from '../../daemon/store/content-store.ts'
import { openPostgresStore } from '../../daemon/store/postgres/open.ts'
import { Latchd, tool } from '../../sdk/index.ts'
import { get, post } from '../support/daemon.ts'
import { PostgresServer } from '../support/postgres.ts'
import { s3Server } from '../support/s3-server.ts'
import { sharedDaemon } from '../support/shared-daemons.ts'
import { stateFolder } from '../support/state-folder.ts'

t.setTimeout(120_000)

const server = await new PostgresServer().start()
t.teardown(() => server.close())
const s3 = await s3Server(t)
const bucket = `s3://files/latchd?region=eu-west-1&endpoint=${s3.url}`
const bytesOf = async (url: string, headers = {}) =>
  Buffer.from(await (await fetch(url, { headers })).arrayBuffer())
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

const places = [
  { place: 'the database', database: 'inside', env: {} as Record<string, string> },
  { place: 'a bucket', database: 'outside', env: { LATCHD_FILES_URL: bucket, ...s3.keys } },
]
const started = await Promise.all(
  places.map(async one => {
    const databaseUrl = await server.database(one.database)
    const start = (name: string) => sharedDaemon(t, name, databaseUrl, one.env)
    return { ...one, databaseUrl, daemons: await Promise.all([start('a'), start('b')]) }
  }),
)
for (const { place, database, env, databaseUrl, daemons } of started) {
  const [a, b] = daemons as [(typeof daemons)[number], (typeof daemons)[number]]
  const send = async (body: Buffer, type = 'text/plain') => {
    const response = await fetch(`${a.url}/v1/files?name=sent.txt`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: new Uint8Array(body),
    })
    // biome-ignore lint/suspicious/noExplicitAny: an answer of the API
    return { status: response.status, body: (await response.json()) as any }
  }

  t.test(`in ${place}: what is sent to one is read, ranged and linked at another`, async t => {
    // Longer than two pieces, so that ranges cross from one to the next.
    const bytes = randomBytes(2_500_000)
    const { body } = await send(bytes)
    t.equal(body.sha256, sha256(bytes))
    const url = `${b.url}/v1/files/${body.fileId}`
    t.ok((await bytesOf(url)).equals(bytes))
    const part = await bytesOf(url, { range: 'bytes=1048570-2097160' })
    t.ok(part.equals(bytes.subarray(1_048_570, 2_097_161)))
    const link = new URL((await post(`${a.url}/v1/files/${body.fileId}/link`, {})).body.url)
    t.ok((await bytesOf(`${b.url}${link.pathname}${link.search}`)).equals(bytes))
    const empty = (await send(Buffer.alloc(0))).body
    t.equal((await bytesOf(`${b.url}/v1/files/${empty.fileId}`)).length, 0)
  })

  t.test(`in ${place}: programs and tools at one have the files of another`, async t => {
    const { body } = await send(Buffer.from('one\ntwo\nthree'))
    const run = (url: string, source: string, inputs: object) =>
      post(`${url}/v1/execute`, { source, inputs })
    const made = await run(
      b.url,
      `emit(new File([doc, '\\n', doc.slice(0, 3)], 'made.txt')); doc.text().split('\\n').length`,
      { doc: { $file: body.fileId } },
    )
    t.match(made.body, { output: { value: 3 } })
    const [file] = made.body.files
    t.equal(`${await bytesOf(`${a.url}/v1/files/${file.fileId}`)}`, 'one\ntwo\nthree\none')
    // A client's tool, whose file goes by its daemon.
    const latchd = new Latchd({ url: b.url })
    t.teardown(() => latchd.close())
    const lengthOf = tool({
      name: 'length_of',
      description: 'Bytes of a file.',
      inputSchema: z.object({ file: z.file() }),
      execute: async ({ file }) => (await file.arrayBuffer()).byteLength,
    })
    const outcome = await latchd.execute({
      source: 'length_of(doc)',
      inputs: { doc: { $file: body.fileId } },
      tools: [lengthOf],
    })
    t.match(outcome, { status: 'completed', output: 13 })
  })

  t.test(
    `in ${place}: equal contents are there once, and go an hour after the last file`,
    async t => {
      const bytes = randomBytes(1000)
      const sent = await Promise.all([send(bytes), send(bytes), send(bytes)])
      const hash = sha256(bytes)
      const count = async () =>
        (await server.query(`SELECT 1 FROM content WHERE sha256 = '${hash}'`, database)).rowCount
      t.equal(await count(), 1)
      const store = await openPostgresStore({ databaseUrl, name: 'sweeper', url: undefined })
      t.teardown(() => store.close())
      const contents = await openContents({
        ...{ stateDir: stateFolder(t), store: store.sharing.contents },
        ...{ filesUrl: env.LATCHD_FILES_URL, env },
      })
      const sweep = () => ('sweep' in contents ? contents.sweep() : undefined)
      const later = () =>
        server.query(`UPDATE content SET written_ms = written_ms - ${CONTENT_GRACE_MS}`, database)
      for (const { body } of sent.slice(1)) {
        await fetch(`${b.url}/v1/files/${body.fileId}`, { method: 'DELETE' })
      }
      await later()
      await sweep()
      t.equal(await count(), 1, 'one file has it')
      await send(bytes).then(({ body }) =>
        fetch(`${b.url}/v1/files/${body.fileId}`, { method: 'DELETE' }),
      )
      await fetch(`${b.url}/v1/files/${sent[0]?.body.fileId}`, { method: 'DELETE' })
      await sweep()
      t.equal(await count(), 1, 'it was written a moment ago')
      await later()
      await Promise.all([sweep(), sweep()])
      t.equal(await count(), 0)
      t.notOk([...s3.objects.keys()].some(path => path.includes(hash)))
    },
  )
}

t.test('a bucket has the contents, and the database none', async t => {
  t.equal((await server.query('SELECT 1 FROM content_piece', 'outside')).rowCount, 0)
  t.ok((await server.query('SELECT 1 FROM content_piece', 'inside')).rowCount)
  for (const path of s3.objects.keys()) {
    t.match(path, /^\/files\/latchd\/([0-9a-f]{2})\/\1[0-9a-f]{62}$/)
  }
})

async function opened(t: Test, filesUrl?: string) {
  const store = await openPostgresStore({
    databaseUrl: server.url('inside'),
    name: 'one',
    url: undefined,
  })
  t.teardown(() => store.close())
  const stateDir = stateFolder(t)
  const contents = await openContents({
    ...{ stateDir, store: store.sharing.contents, filesUrl, env: s3.keys },
  })
  return { contents, path: join(stateDir, 'files') }
}

t.test('a busy bucket is asked again, and one that refuses says so', async t => {
  const { contents } = await opened(t, bucket)
  s3.busy(2)
  const { sha256: hash, release } = await contents.write([Buffer.from('later')], () => {})
  release()
  t.ok([...s3.objects.keys()].some(path => path.endsWith(hash)))
  const refused = await openContents({
    ...{ stateDir: stateFolder(t), filesUrl: bucket },
    store: { ...nothingThere, keep: (sha, size, _, place) => place?.put(sha, size) ?? never() },
    env: { ...s3.keys, AWS_SECRET_ACCESS_KEY: 'another' },
  })
  await t.rejects(
    refused.write([Buffer.from('x')], () => {}),
    {
      code: 'STORE_UNAVAILABLE',
      message: /status 403 .*SignatureDoesNotMatch/,
    },
  )
  const open = (env: Record<string, string>, filesUrl = bucket) =>
    openContents({ stateDir: stateFolder(t), store: nothingThere, filesUrl, env })
  await t.rejects(open({}), { code: 'CONFIG_INVALID', message: /AWS_ACCESS_KEY_ID/ })
  await t.rejects(open(s3.keys, 's3://b/?endpoint=ftp://x'), { code: 'CONFIG_INVALID' })
  await t.rejects(
    openContents({ stateDir: stateFolder(t), store: undefined, filesUrl: bucket, env: {} }),
    { code: 'CONFIG_INVALID', message: /LATCHD_DATABASE_URL is not set/ },
  )
})

const never = () => Promise.reject(new Error('not to be called'))
const nothingThere = {
  keep: never,
  size: never,
  read: (): never => {
    throw new Error('not to be called')
  },
  sweep: never,
}

t.test('the objects of a bucket have the addresses that its maker documents', async t => {
  const of = (text: string, env = {}) => bucketAddress(text, env).base
  t.equal(of('s3://files'), 'https://files.s3.us-east-1.amazonaws.com/')
  t.equal(
    of('s3://files/a/b/', { AWS_REGION: 'eu-west-1' }),
    'https://files.s3.eu-west-1.amazonaws.com/a/b/',
  )
  t.equal(of('s3://files/a?endpoint=http://minio:9000/'), 'http://minio:9000/files/a/')
})

t.test('a content comes into the folder of another daemon, and a damaged one does not', async t => {
  const bytes = randomBytes(1_200_000)
  const { sha256: hash, release } = await (await opened(t)).contents.write([bytes], () => {})
  release()
  const { contents, path } = await opened(t)
  t.ok(bytes.subarray(5, 1_100_000).equals(await contents.read(hash, 5, 1_100_000)))
  t.notOk(existsSync(path), 'a range does not bring it')
  const blob = await contents.blob(hash, 'image/png')
  t.match({ type: blob.type, size: blob.size }, { type: 'image/png', size: bytes.length })
  t.ok(bytes.equals(Buffer.from(await blob.arrayBuffer())))
  await server.query(
    `UPDATE content_piece SET bytes = set_byte(bytes, 7, (get_byte(bytes, 7) + 1) % 256)
      WHERE content = (SELECT id FROM content WHERE sha256 = '${hash}') AND number = 0`,
    'inside',
  )
  const third = await opened(t)
  await t.rejects(third.contents.blob(hash, ''), /is damaged where it is shared/)
  const left = readdirSync(third.path, { recursive: true, withFileTypes: true })
  t.strictSame(
    left.filter(entry => entry.isFile()),
    [],
  )
})

t.test('the database refuses a content beyond its bound, by name', async t => {
  const { contents } = await opened(t)
  const chunk = Buffer.alloc(1024 * 1024)
  const chunks = Array.from({ length: MAX_DATABASE_FILE_BYTES / chunk.length + 1 }, () => chunk)
  await t.rejects(
    contents.write(chunks, () => {}),
    {
      code: 'LIMIT_EXCEEDED',
      message: /more than 67108864 bytes in the database: set LATCHD_FILES_URL/,
    },
  )
  const { url } = await sharedDaemon(t, 'bounded', server.url('inside'))
  const response = await fetch(`${url}/v1/files`, { method: 'POST', body: new Blob(chunks) })
  t.match(
    { status: response.status, body: await response.json() },
    {
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE', detail: /LATCHD_FILES_URL/ },
    },
  )
  t.equal((await get(`${url}/readyz`)).status, 200)
})
