/** How long a daemon keeps files: with their execution, their session, or for a time. */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { FileService } from '../../daemon/files/file-service.ts'
import { FileLinks } from '../../daemon/files/links.ts'
import { FileFolder } from '../../executor/files/file-folder.ts'
import { FileReference } from '../../protocol/values/file-reference.ts'
import { ToyFiles } from '../conformance/toy-files.ts'
import { stateFolder } from '../support/state-folder.ts'

const MINUTE_MS = 60_000
const ann = { name: 'ann', seesAll: false }
const limits = { maxFileBytes: 1000, maxFilesBytes: 10_000 }

function ground(t: Test) {
  const stateDir = stateFolder(t)
  const clock = { nowMs: 1_000_000_000 }
  const ended = new Map<string, boolean>()
  const sessions = new Set(['ses'])
  const store = new ToyFiles({
    hasEnded: id => ended.get(id),
    hasSession: id => sessions.has(id),
  })
  const files = new FileService({
    contents: new FileFolder(join(stateDir, 'files'), true),
    ...{ store, now: () => clock.nowMs, keepMs: 10 * MINUTE_MS, isShared: false },
    log: { info: () => {}, error: (...said: unknown[]) => t.fail('logged', { said }) } as never,
    maxBytesOf: () => undefined,
  })
  const contents = () =>
    readdirSync(join(stateDir, 'files'), { recursive: true, withFileTypes: true }).filter(entry =>
      entry.isFile(),
    ).length
  const of = (executionId: string, sessionId?: string) =>
    files.of({ executionId, sessionId, caller: 'ann', limits })
  return { clock, ended, sessions, files, contents, of, stateDir, store }
}

const upload = { name: 'u', type: 'text/plain', isTransfer: false }

t.test('uploads go by their age, and not from executions that have them', async t => {
  const { clock, files, contents, of, ended } = ground(t)
  const { fileId } = await files.upload([Buffer.from('sent')], upload, ann)
  const reference = (await of('helper').store(new File(['x'], 'x'))).fileId
  t.ok(reference)
  const facts = { fileId, type: '', size: 0, sha256: '', lastModified: 0 }
  const taken = await of('one').store(new FileReference(facts))
  ended.set('one', false)
  clock.nowMs += 11 * MINUTE_MS
  await files.sweep(() => ['helper'])
  await t.rejects(files.find(fileId, ann), { code: 'NOT_FOUND' })
  t.equal((await files.find(taken.fileId, ann)).size, 4, 'the execution has its own record')
  t.equal(contents(), 2)
})

t.test('files of an execution go when it is nowhere any more, and its session neither', async t => {
  const { clock, ended, sessions, files, contents, of } = ground(t)
  const volatile = await of('volatile').store(new File(['v'], 'v'))
  const kept = await of('in-session', 'ses').store(new File(['s'], 's'))
  ended.set('stored', true)
  const stored = await of('stored').store(new File(['d'], 'd'))
  await files.sweep(() => [])
  t.equal(contents(), 3, 'what was just made is left alone')
  clock.nowMs += 2 * MINUTE_MS
  await files.sweep(() => ['volatile'])
  t.equal(contents(), 3)
  await files.sweep(() => [])
  await t.rejects(files.find(volatile.fileId, ann), { code: 'NOT_FOUND' })
  t.equal(contents(), 2)
  sessions.delete('ses')
  ended.delete('stored')
  await files.sweep(() => [])
  for (const { fileId } of [kept, stored]) await t.rejects(files.find(fileId, ann))
  t.equal(contents(), 0)
})

t.test('the files of a removed execution go at once, but for those of its session', async t => {
  const { files, contents, of } = ground(t)
  await of('one').store(new File(['1'], '1'))
  await of('two', 'ses').store(new File(['2'], '2'))
  await files.forget('one')
  await files.forget('two')
  await files.forget('none')
  t.equal(contents(), 1)
})

t.test('a file for a call that never came to use it goes after an hour', async t => {
  const { clock, files, contents, of } = ground(t)
  const send = (text: string) =>
    files.upload([Buffer.from(text)], { ...upload, isTransfer: true }, ann)
  await send('unused')
  const { fileId } = await send('used')
  const facts = { fileId, type: '', size: 0, sha256: '', lastModified: 0 }
  await of('one').store(new FileReference(facts))
  await t.rejects(files.find(fileId, ann), { code: 'NOT_FOUND' }, 'the call has taken it over')
  t.equal(contents(), 2)
  clock.nowMs += 61 * MINUTE_MS
  await files.sweep(() => ['one'])
  t.equal(contents(), 1)
})

t.test('a piece of a program is no file of its caller', async t => {
  const { files, of } = ground(t)
  const input = { type: '', lastModified: 0, parts: ['YQ=='], isPiece: true as const }
  const { fileId } = await of('one').make(input, 1)
  await t.rejects(files.find(fileId, ann), { code: 'NOT_FOUND' })
})

t.test('a start removes contents without a record, and what is half written', async t => {
  const { files, contents, store, of } = ground(t)
  await of('one').store(new File(['kept'], 'k'))
  const { fileId } = await of('one').store(new File(['lost'], 'l'))
  await store.removeFiles([fileId])
  t.equal(contents(), 2)
  await files.start()
  await files.close()
  t.equal(contents(), 1)
})

t.test('links of one key are those of a later process, and of no other folder', async t => {
  const { clock, stateDir } = ground(t)
  const file = join(stateDir, 'key')
  const now = () => clock.nowMs
  const query = new URLSearchParams(new FileLinks(file, now).sign('fil_1', 1000))
  const [expires = '', signature = ''] = [query.get('expires') ?? '', query.get('signature') ?? '']
  const later = new FileLinks(file, now)
  t.ok(later.isValid('fil_1', expires, signature))
  t.notOk(later.isValid('fil_2', expires, signature))
  t.notOk(later.isValid('fil_1', `${expires}0`, signature))
  t.notOk(new FileLinks(join(stateDir, 'none'), now).isValid('fil_1', expires, signature))
  clock.nowMs += 1000
  t.notOk(later.isValid('fil_1', expires, signature))
  t.end()
})
