/** How a store keeps the records of files. */

import type { Test } from 'tap'
import type { FileRecord } from '../../executor/files/file-record.ts'
import { CREATED_MS, endedExecution, submission } from './store-samples.ts'
import type { OpenStore } from './store-suite.ts'

const hash = (character: string) => character.repeat(64)

function record(fileId: string, more: Partial<FileRecord> = {}): FileRecord {
  return {
    fileId,
    kind: 'upload',
    owner: 'alice',
    name: `${fileId}.txt`,
    type: 'text/plain',
    size: 10,
    sha256: hash('a'),
    lastModified: CREATED_MS + 0.5,
    createdAtMs: CREATED_MS,
    ...more,
  }
}

const keepAll = { uploadedBeforeMs: 0, sentBeforeMs: 0, madeBeforeMs: 0, inMemory: [] }

export async function fileTests(t: Test, open: OpenStore): Promise<void> {
  t.test('a record is read as it was written, and a second one of its id replaces it', async t => {
    const store = await open(t)
    const whole = record('one', { kind: 'execution', executionId: 'exe', sessionId: 'ses' })
    const { name, ...blob } = record('two')
    await store.addFile(whole)
    await store.addFile(blob)
    t.strictSame(await store.file('one'), whole)
    t.strictSame(await store.file('two'), blob)
    t.equal(await store.file('three'), undefined)
    await store.addFile({ ...whole, size: 20 })
    t.strictSame(await store.filesOfExecution('exe'), [{ ...whole, size: 20 }])
    t.equal(await store.sessionFileBytes('ses'), 20)
    t.equal(await store.ownerFileBytes('alice'), 30)
    t.equal(await store.ownerFileBytes('bob'), 0)
  })

  t.test('a content is unused when the last record of it was removed', async t => {
    const store = await open(t)
    await store.addFile(record('one'))
    await store.addFile(record('two', { owner: 'bob' }))
    await store.addFile(record('three', { sha256: hash('b') }))
    t.strictSame(await store.removeFiles(['one', 'three', 'none']), [hash('b')])
    t.strictSame(await store.unusedContents([hash('a'), hash('b'), hash('c')]), [
      hash('b'),
      hash('c'),
    ])
    t.strictSame(await store.removeFiles(['two']), [hash('a')])
  })

  t.test(
    'a sweep removes old uploads, unused answers, and files of executions that are gone',
    async t => {
      const store = await open(t)
      await store.submit(submission('kept'))
      await store.submit(submission('ended'))
      await store.finish('ended', 1, { execution: endedExecution('ended', CREATED_MS) })
      await store.createSession('ses', 'alice', CREATED_MS)
      const of = (executionId: string, more: Partial<FileRecord> = {}) =>
        ({ kind: 'execution', executionId, ...more }) as const
      await store.addFile(record('upload'))
      await store.addFile(record('young', { createdAtMs: CREATED_MS + 1 }))
      await store.addFile(record('answer', { kind: 'transfer', sha256: hash('b') }))
      await store.addFile(record('used', of('kept')))
      await store.addFile(record('piece', of('kept', { kind: 'piece' })))
      await store.addFile(record('of-ended', of('ended')))
      await store.addFile(record('old-piece', of('ended', { kind: 'piece', sha256: hash('c') })))
      await store.addFile(record('volatile', of('memory')))
      await store.addFile(record('gone', of('nowhere', { sha256: hash('d') })))
      await store.addFile(record('session', of('nowhere', { sessionId: 'ses' })))
      await store.addFile(record('no-session', of('nowhere', { sessionId: 'other' })))
      const later = CREATED_MS + 1
      const swept = await store.sweepFiles({
        uploadedBeforeMs: later,
        sentBeforeMs: later,
        madeBeforeMs: later,
        inMemory: ['memory'],
      })
      t.strictSame(
        { ...swept, hashes: [...swept.hashes].sort() },
        { files: 5, hashes: [hash('b'), hash('c'), hash('d')], isLast: true },
      )
      const left = ['young', 'used', 'piece', 'of-ended', 'volatile', 'session']
      for (const fileId of left) t.equal((await store.file(fileId))?.fileId, fileId)
      t.strictSame(await store.sweepFiles({ ...keepAll, inMemory: ['memory'] }), {
        files: 0,
        hashes: [],
        isLast: true,
      })
      await store.remove('ended')
      await store.removeSession('ses')
      const last = await store.sweepFiles({ ...keepAll, madeBeforeMs: later })
      t.equal(last.files, 3, 'the files of the removed ones, and of the one that left the memory')
    },
  )
}
