/** Fills a store with what it can have: so many rows of each kind, and of each status. */

import type { Store, Submission } from '../../daemon/store/store.ts'
import type { FileKind } from '../../executor/files/file-record.ts'
import { fileKinds } from '../../executor/files/file-record.ts'
import {
  approval,
  CREATED_MS,
  completed,
  delivery,
  endedExecution,
  intent,
  logged,
  message,
  parking,
  started,
  stuckExecution,
  submission,
} from '../conformance/store-samples.ts'

/** How executions of {@link addEveryKind} stand. */
export const standings = [
  'completed',
  'failed',
  'cancelled',
  'stuck',
  'removed',
  'waiting',
  'decided',
  'queued',
  'running',
  'in-session',
] as const
type Stands = (typeof standings)[number]

/** Characters that one of the two stores could lose. */
const TEXT = 'a\u0000b\ud800 \u00e9 \u{1f600}'
/** Executions that are added at a time. */
const LANES = 64

const idOf = (stands: string, n: number) => `exe_${stands}_${String(n).padStart(8, '0')}`
const sessionOf = (n: number) => `ses_${String(n).padStart(8, '0')}`
const fileOf = (kind: FileKind, n: number) => `file_${kind}_${String(n).padStart(8, '0')}`

/** What {@link addEveryKind} has added. */
export interface EveryKind {
  readonly executions: readonly string[]
  readonly sessions: readonly string[]
  readonly files: readonly string[]
  /** Of keys whose executions were removed. */
  readonly removedKeys: readonly string[]
}

/** Adds so many executions of each standing, sessions, files of each kind, messages and keys. */
export async function addEveryKind(store: Store, count: number): Promise<EveryKind> {
  const numbers = Array.from({ length: count }, (_, n) => n)
  const work = numbers.flatMap(n => [
    ...standings.map(stands => () => addExecution(store, stands, n)),
    ...fileKinds.map(kind => () => addFile(store, kind, n)),
  ])
  const waiting = work.values()
  const lane = async () => {
    for (const one of waiting) await one()
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const kept = standings.filter(stands => stands !== 'removed')
  return {
    executions: kept.flatMap(stands => numbers.map(n => idOf(stands, n))),
    sessions: numbers.map(sessionOf),
    files: fileKinds.flatMap(kind => numbers.map(n => fileOf(kind, n))),
    removedKeys: numbers.map(n => idOf('removed', n)),
  }
}

async function addExecution(store: Store, stands: Stands, n: number): Promise<void> {
  const id = idOf(stands, n)
  const sessionId = stands === 'in-session' ? sessionOf(n) : undefined
  if (sessionId !== undefined) await addSession(store, sessionId, id, n)
  const asks = { ...approval(id, `apr_${id}`, { sessionId }), isRemembered: true }
  const more: Partial<Submission> = {
    owner: `owner ${n % 7}`,
    source: `'${TEXT}' // ${id}`,
    plan: JSON.stringify({ tools: [], metadata: { of: id } }),
    key: { text: id, bodyHash: 'h' },
    createdAtMs: CREATED_MS + n,
    webhookUrl: 'https://example.org/hook',
    webhooks: [message(id, `msg_${id}`, CREATED_MS + n)],
    ...(sessionId !== undefined && { sessionId }),
  }
  if (stands === 'queued') {
    await store.submit(submission(id, { ...more, state: 'queued' }), 'queue')
    return
  }
  const startedAtMs = CREATED_MS + 1
  await store.submit(submission(id, { ...more, startedAtMs, events: [started(id)] }))
  await store.append(id, 1, {
    program: `compiled ${TEXT}`,
    records: [intent(2), delivery(2, 1, JSON.stringify(TEXT))],
    events: [logged(id, 2, TEXT)],
    approvals: [asks],
    usage: '{"cpuMs":1}',
  })
  await settle(store, stands, id)
}

async function addSession(store: Store, id: string, executionId: string, n: number) {
  await store.createSession(id, `owner ${n % 7}`, CREATED_MS)
  await store.holdSession(id, `before ${executionId}`)
  const bytes = new Uint8Array(200).fill(n % 256)
  const snapshot = { bytes, runtime: 'r', run: new Uint8Array([n % 256, 2]) }
  await store.saveSnapshot(id, `before ${executionId}`, snapshot, CREATED_MS + 1)
  await store.holdSession(id, executionId)
}

async function settle(store: Store, stands: Stands, id: string): Promise<void> {
  const approved = { status: 'approved', decidedAtMs: CREATED_MS + 9, decidedBy: 'ann' } as const
  switch (stands) {
    case 'completed':
    case 'removed':
      await store.finish(id, 1, completed(id))
      if (stands === 'removed') await store.remove(id)
      return
    case 'failed':
    case 'cancelled': {
      const { output: _, isFinalAnswer: __, ...fields } = endedExecution(id)
      const error = { code: 'GUEST_ERROR', name: 'TypeError', message: TEXT }
      const execution = { ...fields, status: stands, ...(stands === 'failed' && { error }) }
      await store.finish(id, 1, { execution: execution as never })
      return
    }
    case 'stuck':
      await store.finish(id, 1, { execution: stuckExecution(id) })
      return
    case 'waiting':
    case 'decided':
    case 'in-session':
      await store.park(id, 1, parking())
      if (stands === 'waiting') return
      await store.decide(`apr_${id}`, {
        ...approved,
        ...(stands === 'in-session' && { remember: 'session', rememberAs: 'send' }),
      })
      return
    case 'queued':
    case 'running':
      return
    default:
      stands satisfies never
  }
}

async function addFile(store: Store, kind: FileKind, n: number): Promise<void> {
  const executionId = kind === 'upload' || kind === 'transfer' ? undefined : idOf('completed', n)
  await store.addFile({
    ...{ fileId: fileOf(kind, n), kind, owner: `owner ${n % 7}`, name: TEXT },
    ...{ type: 'text/plain', size: n, sha256: String(n % 10).repeat(64) },
    ...{ lastModified: CREATED_MS + 0.5, createdAtMs: CREATED_MS },
    ...(executionId !== undefined && { executionId, sessionId: sessionOf(n) }),
  })
}
