/** What executions give to their store, small. */

import type {
  Addition,
  ClaimedExecution,
  Ending,
  ListQuery,
  Parking,
  Store,
  StoredApproval,
  Submission,
  WebhookMessage,
} from '../../daemon/store/store.ts'
import type { JournalRecord } from '../../executor/boundary/journal-record.ts'
import type { StoredEvent } from '../../executor/store/stored-event.ts'
import type { Execution } from '../../protocol/execution/execution.ts'

/** When the executions of these tests were accepted. */
export const CREATED_MS = 1_700_000_000_000

export function submission(executionId: string, more: Partial<Submission> = {}): Submission {
  return {
    executionId,
    owner: 'alice',
    state: 'running',
    source: `report(${JSON.stringify(executionId)})`,
    plan: '{"tools":[]}',
    createdAtMs: CREATED_MS,
    deadlineMs: CREATED_MS + 60_000,
    ...more,
  }
}

/** Makes the caller the owner of an execution, whoever owned it before; gives all of it. */
export async function reclaimed(store: Store, id: string): Promise<ClaimedExecution | undefined> {
  const before = await store.journal(id)
  await (before && store.giveBack(id, before.epoch, 0).catch(() => {}))
  const taken = await store.take(id)
  return taken && (await store.journal(id))
}

/** The ids of those that can be claimed, which the caller owns now; and when the next one can. */
export async function claimedOf(store: Store, nowMs: number, max = 100) {
  const { claimed, nextMs } = await store.claim({ nowMs, max, after: '' })
  return { ids: claimed.map(({ executionId }) => executionId), nextMs }
}

export function delivery(
  callNumber: number,
  position = callNumber,
  text = '"done"',
): JournalRecord {
  const atMs = CREATED_MS + position
  return { ...intent(callNumber), kind: 'delivery', position, text, atMs }
}

export function intent(callNumber: number): JournalRecord {
  return {
    kind: 'intent',
    callNumber,
    position: 0,
    tool: 'send',
    request: `call send [${callNumber}]`,
    effect: 'once',
    text: '',
    atMs: CREATED_MS,
  }
}

export function started(executionId: string, sequence = 1): StoredEvent {
  return { type: 'execution-started', sequence, executionId, atMs: CREATED_MS }
}

export function logged(executionId: string, sequence: number, text: string): StoredEvent {
  const log = { level: 'log' as const, text, atMs: CREATED_MS }
  return { type: 'log-written', sequence, executionId, atMs: CREATED_MS, log }
}

export function approval(
  executionId: string,
  approvalId: string,
  more: Partial<StoredApproval['approval']> = {},
): StoredApproval {
  return {
    approval: {
      approvalId,
      executionId,
      callId: `${executionId}_1`,
      tool: 'send',
      input: { to: 'bob' },
      status: 'pending',
      createdAtMs: CREATED_MS,
      expiresAtMs: CREATED_MS + 1000,
      ...more,
    },
    callNumber: 1,
    encodedInput: '[{"to":1},"bob"]',
    isRemembered: false,
  }
}

export function parking(more: Partial<Parking> = {}): Parking {
  return { wakeAtMs: CREATED_MS + 1000, ...more }
}

export function completed(executionId: string, more: Partial<Addition> = {}): Ending {
  return { execution: endedExecution(executionId), ...more }
}

export function endedExecution(executionId: string, endedAtMs = CREATED_MS + 50) {
  return {
    status: 'completed',
    executionId,
    output: { value: 42, text: '42', exact: true },
    isFinalAnswer: false,
    endedAtMs,
    ...fields,
  } satisfies Execution
}

export function stuckExecution(executionId: string) {
  const error = { code: 'NONDETERMINISM', name: 'NondeterminismError', message: 'another path' }
  return { status: 'stuck', executionId, error, ...fields } as Execution
}

const fields = {
  logs: [],
  logsTruncatedBytes: 0,
  calls: [],
  usage: { cpuMs: 1, wallMs: 50, waitMs: 0, calls: 0, peakMemoryBytes: 1000, resumes: 0 },
  createdAtMs: CREATED_MS,
}

export function message(executionId: string, messageId: string, atMs: number): WebhookMessage {
  return {
    messageId,
    executionId,
    url: 'https://example.org/hook',
    body: '{"type":"execution-ended"}',
    createdAtMs: atMs,
    attempts: 0,
  }
}

/** Adds so many executions of one call that have ended, with all that a store keeps of each. */
export async function addEnded(store: Store, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, i) => `exe_${String(i).padStart(32, '0')}`)
  const records = [intent(1), delivery(1)]
  await Promise.all(
    ids.map(id => store.submit(submission(id, { records, events: [started(id)], startedAtMs: 1 }))),
  )
  await Promise.all(
    ids.map(id => store.finish(id, 1, { execution: endedExecution(id, Date.now()) })),
  )
}

export const snapshot = (text: string) => ({ bytes: new TextEncoder().encode(text), runtime: 'r1' })

/** A query for all executions. */
export const everything: ListQuery = {
  owner: undefined,
  status: undefined,
  after: undefined,
  limit: 100,
}

export function idsOf(executions: readonly Execution[]): string[] {
  return executions.map(({ executionId }) => executionId)
}
