/** What daemons share beside executions: files, clients, secrets; and what is forgotten. */

import { Readable } from 'node:stream'
import type { FileRecord } from '../../../executor/files/file-record.ts'
import { CREATED_MS, completed, submission } from '../../conformance/store-samples.ts'
import type { Step, StepGround } from './step.ts'

const sha256 = 'a'.repeat(64)
const record: FileRecord = {
  fileId: 'f1',
  kind: 'execution',
  owner: 'alice',
  executionId: 'e1',
  name: 'a.txt',
  type: 'text/plain',
  size: 7,
  sha256,
  lastModified: CREATED_MS,
  createdAtMs: CREATED_MS,
}
const client = { owner: 'alice', clientId: 'c1' }
const content = () => Readable.from([Buffer.from('content')])

async function ended({ store }: StepGround): Promise<void> {
  for (const id of ['e1', 'e2']) {
    await store.submit(submission(id, { key: { text: id, bodyHash: 'h' } }))
    await store.finish(id, 1, completed(id))
  }
  await store.createSession('s1', 'alice', CREATED_MS)
}

/** Operations on what is not one execution's. */
export const sharedSteps: readonly Step[] = [
  { name: 'add a file', act: ({ store }) => store.addFile(record) },
  {
    name: 'remove a file',
    prepare: ({ store }) => store.addFile(record),
    act: ({ store }) => store.removeFiles(['f1']),
  },
  {
    name: 'sweep files',
    prepare: ({ store }) => store.addFile({ ...record, kind: 'upload' }),
    act: ({ store }) =>
      store.sweepFiles({
        uploadedBeforeMs: CREATED_MS + 1,
        sentBeforeMs: 0,
        madeBeforeMs: 0,
        inMemory: [],
      }),
  },
  {
    name: 'keep a content',
    act: async ({ store: { sharing } }) => {
      await sharing.contents.keep(sha256, 7, content)
      return await sharing.contents.size(sha256)
    },
  },
  {
    name: 'sweep executions and sessions',
    prepare: ended,
    act: async ({ store }) => {
      const bounds = { endedBeforeMs: CREATED_MS + 99, usedBeforeMs: CREATED_MS + 1 }
      await store.sweep({ ...bounds, maxBytes: undefined })
    },
  },
  {
    name: 'sweep beyond the bound',
    prepare: ended,
    act: async ({ store }) => {
      await store.sweep({ endedBeforeMs: 0, usedBeforeMs: 0, maxBytes: 1 })
    },
  },
  {
    name: 'ask the owner to cancel',
    prepare: ({ other }) => other.submit(submission('e1')),
    act: ({ store }) => store.sharing.requestCancel('e1'),
  },
  {
    name: 'make a secret',
    act: ({ store }) => store.sharing.secret('webhooks', () => 'made once'),
  },
  {
    name: 'say how a daemon is reached',
    act: ({ store }) =>
      store.sharing.announce({ peerId: 'p1', url: 'http://127.0.0.1:1', key: 'k' }),
  },
  {
    name: 'say where a client is, and what it serves',
    act: async ({ store: { sharing } }) => {
      await sharing.clients.put(client, 'p1')
      await sharing.clients.putOffer({ ...client, serveId: 'v1', tools: '[]' })
      return await sharing.clients.offers('alice')
    },
  },
  {
    name: 'a client is connected no more',
    prepare: async ({ store: { sharing } }) => {
      await sharing.clients.put(client, 'p1')
      await sharing.clients.putOffer({ ...client, serveId: 'v1', tools: '[]' })
      await sharing.clients.putOffer({ ...client, serveId: 'v2', tools: '[1]' })
    },
    act: async ({ store: { sharing } }) => {
      await sharing.clients.removeOffers(client, 'v1')
      const left = await sharing.clients.offers('alice')
      await sharing.clients.remove(client, 'p1')
      return { left, at: await sharing.clients.at('p1') }
    },
  },
]
