/** The files of an execution and their folder, against what a program or a fault may try. */

import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { answerFile } from '../../executor/calls/file-calls.ts'
import { ExecutionFiles, type FilesOwner } from '../../executor/files/execution-files.ts'
import { FileFolder } from '../../executor/files/file-folder.ts'
import { safeName, safeType } from '../../executor/files/file-name.ts'
import { MemoryRecords } from '../../executor/files/memory-records.ts'
import { FileReference } from '../../protocol/values/file-reference.ts'
import { stateFolder } from '../support/state-folder.ts'

const MIB = 1024 * 1024
const limits = { maxFileBytes: MIB, maxFilesBytes: 2 * MIB }

function ground(t: Test) {
  const folder = join(stateFolder(t), 'files')
  const contents = new FileFolder(folder, true)
  const records = new MemoryRecords()
  const place = { contents, records, now: () => 1000, maxOwnerBytes: () => 100 * MIB }
  const of = (executionId: string, more: Partial<FilesOwner> = {}) =>
    new ExecutionFiles(place, {
      ...{ executionId, sessionId: undefined, caller: 'ann', limits },
      ...more,
    })
  const names = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(({ name }) => name)
  return { folder, contents, records, of, names }
}

const refusedAs = (code: string, message: RegExp) => ({ code, message })
const claimed = (fileId: string) =>
  new FileReference({
    fileId,
    name: 'n',
    type: 't/t',
    size: 1,
    sha256: 'f'.repeat(64),
    lastModified: 0,
  })

t.test('a reference counts by its id alone: what is claimed beside it does not', async t => {
  const { of } = ground(t)
  const files = of('one')
  const { fileId, sha256 } = await files.store(
    new File(['true'], 'true.txt', { type: 'text/plain' }),
  )
  const opened = (await files.open(claimed(fileId))) as File
  t.strictSame(
    [opened.name, opened.type, opened.size, await opened.text()],
    ['true.txt', 'text/plain', 4, 'true'],
  )
  t.match(await files.refer(claimed(fileId)), { name: 'true.txt', size: 4, sha256 })
})

t.test(
  'a file of another execution, session or caller cannot be opened, read or emitted',
  async t => {
    const { of } = ground(t)
    const { fileId } = await of('one', { sessionId: 'ses' }).store(new File(['x'], 'x'))
    const none = refusedAs('VALUE_NOT_TRANSFERABLE', /The execution has no file/)
    for (const other of [
      of('two'),
      of('two', { sessionId: 'other' }),
      of('two', { sessionId: 'ses', caller: 'bob' }),
    ]) {
      await t.rejects(other.open(claimed(fileId)), none)
      await t.rejects(other.refer(claimed(fileId)), none)
      await t.rejects(other.range(fileId, 0, 1), none)
      await t.rejects(other.facts(fileId), none)
      const input = { type: '', lastModified: 0, parts: [[fileId, 0, 1] as const] }
      await t.rejects(other.make(input, 1), none)
    }
    t.equal(
      (await of('two', { sessionId: 'ses' }).facts(fileId)).size,
      1,
      'a session keeps its files',
    )
    await t.rejects(of('two', { caller: 'bob' }).store(claimed(fileId)), none)
    const taken = await of('two').store(claimed(fileId))
    t.not(taken.fileId, fileId, 'what a tool of the same caller gives is a file of its own')
  },
)

t.test('a guest asks for no bytes that a file has not, and for no more than may cross', async t => {
  const { of } = ground(t)
  const files = of('one')
  const { fileId } = await files.store(new File(['x'.repeat(MIB)], 'x'))
  const bad: [number, number][] = [
    [0, MIB],
    [-1, 1],
    [0, MIB + 1],
    [2, 1],
    [0.5, 1],
    [0, Number.NaN],
    [0, Number.POSITIVE_INFINITY],
  ]
  for (const [from, to] of bad) {
    await t.rejects(
      files.range(fileId, from, to),
      refusedAs('LIMIT_EXCEEDED', /has no bytes/),
      `${from} ${to}`,
    )
    if (to === MIB) continue
    const input = { type: '', lastModified: 0, parts: [[fileId, from, to] as const] }
    await t.rejects(files.make(input, 1), refusedAs('LIMIT_EXCEEDED', /has no bytes/))
  }
})

t.test('a request of another shape is an error of its call', async t => {
  const { of } = ground(t)
  const host = { files: of('one') } as never
  const record = { emitFile: () => t.fail('emitted') } as never
  const inputs: ['read' | 'store' | 'emit', string][] = [
    ['read', '{}'],
    ['read', '["fil_x",0]'],
    ['read', 'nothing'],
    ['emit', '["fil_x"]'],
    ['emit', '[1]'],
    ['store', '{"type":"","lastModified":0,"parts":[["../../etc/passwd",0,1]]}'],
    ['store', '{"type":"","lastModified":0,"parts":[],"sha256":"0"}'],
    ['store', `{"type":"","lastModified":0,"parts":[${'"",'.repeat(10_000)}""]}`],
  ]
  for (const [operation, input] of inputs) {
    const request = { kind: 'file', callNumber: 1, operation, input, atMs: 0 } as const
    const { text, whole } = await answerFile(request, host, record)
    t.match(text, /^e\{/, input.slice(0, 60))
    t.equal(whole, text)
  }
})

t.test('pieces count for themselves, and go with the end of the execution', async t => {
  const { of, names } = ground(t)
  const files = of('one')
  const part = Buffer.alloc(MIB, 'a').toString('base64')
  const piece = { type: '', lastModified: 0, isPiece: true as const }
  await t.rejects(
    files.make({ ...piece, parts: [part, 'YQ=='] }, 4),
    refusedAs('LIMIT_EXCEEDED', /maxFileBytes/),
  )
  const one = await files.make({ ...piece, parts: [part] }, 1)
  const two = await files.make({ ...piece, parts: [part.slice(0, 4)] }, 2)
  const whole = { type: '', lastModified: 0, parts: [[two.fileId, 0, 3] as const, 'YWJj'] }
  const made = await files.make(whole, 3)
  t.strictSame(await files.make(whole, 3), made, 'a repetition is the same file')
  t.equal(await (await files.open(claimed(made.fileId))).text(), 'aaaabc')
  await files.make({ ...piece, parts: [part.slice(0, -8)] }, 5)
  await t.rejects(
    files.make({ ...piece, parts: [part] }, 6),
    refusedAs('LIMIT_EXCEEDED', /maxFilesBytes/),
  )
  await files.end()
  t.strictSame(names(), [made.sha256])
  t.ok(one.sha256)
})

t.test('files that are written at once count together', async t => {
  const { of, names } = ground(t)
  const files = of('one')
  const write = (text: string) => files.store(new File([text.repeat(MIB)], 'x'))
  const ends = await Promise.allSettled(['a', 'b', 'c', 'd'].map(write))
  const stored = ends.filter(({ status }) => status === 'fulfilled').length
  t.ok(stored <= 2, `${stored} of 1 MiB each, limit 2 MiB`)
  t.equal(names().length, stored, 'and nothing half-written')
})

t.test('a content that is written again while its last file goes stays', async t => {
  const { contents, records, of, names } = ground(t)
  const { fileId, sha256 } = await of('one').store(new File(['same'], 'x'))
  const again = await contents.write([Buffer.from('same')], () => {})
  await contents.drop(() => records.removeFiles([fileId]))
  t.strictSame(names(), [sha256])
  again.release()
  // Written, and its record added, after the look that found none.
  await contents.drop(async () => {
    const meanwhile = await contents.write([Buffer.from('same')], () => {})
    meanwhile.release()
    return [sha256]
  })
  t.strictSame(names(), [sha256], 'it may have a record by now')
  await contents.drop(async () => [sha256])
  await contents.drop(async () => [sha256])
  t.strictSame(names(), [])
})

t.test('what was left half-written, or without a record, goes at the next start', async t => {
  const { folder, contents, names } = ground(t)
  const kept = await contents.write([Buffer.from('kept')], () => {})
  const lost = await contents.write([Buffer.from('lost')], () => {})
  writeFileSync(join(folder, 'incoming', 'half'), 'x')
  mkdirSync(join(folder, 'zz'))
  writeFileSync(join(folder, 'zz', 'foreign'), 'x')
  t.equal(statSync(folder).mode & 0o777, 0o700)
  t.equal(statSync(join(folder, kept.sha256.slice(0, 2), kept.sha256)).mode & 0o777, 0o600)
  const next = new FileFolder(folder, true)
  await next.clearIncoming()
  await next.clean(async hashes => hashes.filter(hash => hash === lost.sha256))
  t.strictSame(names().sort(), [kept.sha256, 'foreign'].sort())
  await t.rejects(next.read('../../etc/passwd', 0, 1), /no such hash/)
})

t.test('a source that fails leaves nothing behind', async t => {
  const { of, names } = ground(t)
  const broken = new File(['x'], 'x')
  broken.stream = () =>
    new ReadableStream({
      start(queue) {
        queue.enqueue(new Uint8Array(10))
        queue.error(new Error('broke off'))
      },
    }) as never
  await t.rejects(of('one').store(broken), /broke off/)
  t.strictSame(names(), [])
})

t.test('names are labels, and types are types', t => {
  const named = [
    'a/b',
    '..',
    '.',
    '',
    ' x ',
    'a\u0000b',
    '\u202Egnp.exe',
    'x\\',
    '\ud800',
    'ok.tar.gz',
  ]
  t.strictSame(named.map(safeName), [
    'b',
    'file',
    'file',
    'file',
    'x',
    'ab',
    'gnp.exe',
    'file',
    '\ufffd',
    'ok.tar.gz',
  ])
  const types = [
    'Image/PNG',
    'text/html; charset="x"',
    'text',
    'a/b\r\nset-cookie: x',
    'a/b; q',
    `a/${'b'.repeat(300)}`,
  ]
  t.strictSame(types.map(safeType), ['image/png', 'text/html; charset="x"', '', '', '', ''])
  t.end()
})
