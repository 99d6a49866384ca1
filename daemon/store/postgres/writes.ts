/**
 * What executions write while they run, a batch at a time: the rows are locked, the rules that every
 * store follows decide about each, and one statement for each table carries out what they decided.
 *
 * The lock is the fence: claims, reaps and decisions take the same one, so that no write of an earlier
 * owner comes after a newer owner's claim.
 */

import { outcomeOfKey } from '../rules/keys.ts'
import { toShortJson } from '../rules/short-json.ts'
import {
  appended,
  finished,
  isOwned,
  ownedUnder,
  parked,
  type Standing,
  submitted,
} from '../rules/standing.ts'
import type { Ending, SubmitOutcome } from '../store.ts'
import { type AdditionTo, writeAdditions } from './additions.ts'
import { endApprovals, readyExecutions } from './approvals.ts'
import type { Transaction } from './database.ts'
import { toLiteral } from './exact-text.ts'
import {
  changeExecutions,
  type ExecutionRow,
  lockExecutions,
  type RowChange,
  type RowId,
} from './execution-rows.ts'
import { keyedExecutions } from './keys.ts'
import { programFacts, SOURCE_HEAD } from './program-facts.ts'
import { carriedOut } from './repeats.ts'
import { endInSession } from './sessions.ts'
import type { OwnerWrite, Write } from './write.ts'

/** What became of a write. */
export type WriteOutcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly error: Error }

/** The daemon that writes. */
export interface Writer {
  /** The number under which it owns executions. */
  readonly number: number
}

/**
 * Carries out writes of different executions.
 *
 * @param writer the daemon whose executions they are
 * @throws {Error} one of them does not fit what is there: then none may be carried out
 */
export async function writeAll(
  tx: Transaction,
  writer: Writer,
  writes: readonly Write[],
): Promise<WriteOutcome[]> {
  const outcomes = new Map<Write, WriteOutcome>()
  const submits = writes.filter(write => write.kind === 'submit')
  const added = await submitAll(tx, writer, submits, outcomes)
  const others = writes.filter(write => write.kind !== 'submit')
  const rows = await lockExecutions(
    tx,
    others.map(({ executionId }) => executionId),
  )
  const before = await carriedOut(tx, rows, others)
  const owned = others.flatMap(write => {
    const row = before.has(write)
      ? settledBefore(rows, write, outcomes)
      : ownedRow(rows, write, outcomes)
    return row === undefined ? [] : [{ write, row }]
  })
  const to = owned.map(({ write, row }) => additionTo(row, write))
  await writeAdditions(tx, [...added, ...to])
  await changeAll(tx, writer, owned, outcomes)
  return writes.map(write => outcomes.get(write) as WriteOutcome)
}

/** The row of a write that may be carried out. */
function ownedRow(
  rows: ReadonlyMap<string, ExecutionRow>,
  write: OwnerWrite,
  outcomes: Map<Write, WriteOutcome>,
): ExecutionRow | undefined {
  const { executionId, epoch } = write
  try {
    return ownedUnder(rows.get(executionId), executionId, epoch)
  } catch (error) {
    outcomes.set(write, { kind: 'refused', error: error as Error })
    return undefined
  }
}

/** Nothing is left to do of a write that was carried out before. */
function settledBefore(
  rows: ReadonlyMap<string, ExecutionRow>,
  write: OwnerWrite,
  outcomes: Map<Write, WriteOutcome>,
): undefined {
  // One that did not park stays with its owner: it was ready.
  const parked = rows.get(write.executionId)?.state === 'waiting' ? 'parked' : 'ready'
  outcomes.set(write, { kind: 'done', value: write.kind === 'park' ? parked : undefined })
}

function additionTo(row: ExecutionRow, write: OwnerWrite): AdditionTo {
  const { id, execution_id: executionId, owner, epoch, last_event: lastEvent } = row
  const { addition } = write
  const ended = write.kind === 'finish' && 'endedAtMs' in write.addition.execution
  const execution = ended ? write.addition.execution : undefined
  return {
    ...{ id, executionId, owner, epoch, lastEvent, addition },
    ...(execution && 'endedAtMs' in execution && { ended: execution }),
  }
}

interface Owned {
  readonly write: OwnerWrite
  readonly row: ExecutionRow
}

async function changeAll(
  tx: Transaction,
  { number }: Writer,
  owned: readonly Owned[],
  outcomes: Map<Write, WriteOutcome>,
): Promise<void> {
  const parking = owned.filter(({ write }) => write.kind === 'park').map(({ row }) => row.id)
  const ready = await readyExecutions(tx, parking)
  const changes: RowChange[] = []
  for (const { write, row } of owned) {
    const isReady = ready.has(row.id)
    const next = nextOf(write, row, isReady)
    const value = write.kind === 'park' ? (isReady ? 'ready' : 'parked') : undefined
    outcomes.set(write, { kind: 'done', value })
    const { usage, startedAtMs } = write.addition
    // A daemon that writes has shown that its runtime repeats the journal so far.
    const runsOn = write.addition.runtime
    const isSame = usage === undefined && startedAtMs === undefined && isEqual(next, row)
    if (isSame && (runsOn === undefined || runsOn === row.runtime)) continue
    const endedAtMs = write.kind === 'finish' ? endOf(write.addition) : undefined
    const owner = isOwned(next) ? number : undefined
    changes.push({
      ...{ id: row.id, next, daemon: owner, runtime: runsOn },
      ...{ usage, startedAtMs, endedAtMs },
    })
  }
  await changeExecutions(tx, changes)
  const finishes = owned.flatMap(({ write, row }) =>
    write.kind === 'finish' ? [{ write, row }] : [],
  )
  await addEndings(tx, finishes)
}

function nextOf(write: Owned['write'], row: ExecutionRow, isReady: boolean): Standing {
  switch (write.kind) {
    case 'append':
      return appended(row, write.addition)
    case 'park':
      return parked(row, write.addition, isReady)
    case 'finish':
      return finished(appended(row, write.addition), write.addition.execution)
    default:
      return write satisfies never
  }
}

const isEqual = (a: Standing, b: Standing) => a.state === b.state && a.losses === b.losses

const endOf = ({ execution }: Ending) =>
  'endedAtMs' in execution ? execution.endedAtMs : undefined

async function addEndings(
  tx: Transaction,
  finishes: readonly {
    readonly write: Extract<Write, { kind: 'finish' }>
    readonly row: ExecutionRow
  }[],
): Promise<void> {
  if (finishes.length === 0) return
  await tx.run(
    'INSERT INTO ending (execution, body) SELECT * FROM unnest($1::bigint[], $2::text[])',
    [
      finishes.map(({ row }) => row.id),
      finishes.map(({ write }) => toShortJson(write.addition.execution, write.executionId)),
    ],
  )
  const ended = finishes.flatMap(({ write, row }) => {
    const endedAtMs = endOf(write.addition)
    return endedAtMs === undefined ? [] : [{ write, row, endedAtMs }]
  })
  await endApprovals(
    tx,
    ended.map(({ row, endedAtMs }) => ({ id: row.id, endedAtMs })),
  )
  for (const { write, row, endedAtMs } of ended) {
    if (row.session_id === null) continue
    const { snapshot } = write.addition
    await endInSession(tx, row.session_id, write.executionId, snapshot, endedAtMs)
  }
}

type Submit = Extract<Write, { kind: 'submit' }>

/** Adds executions; returns what is still to be added to each of those that are new. */
async function submitAll(
  tx: Transaction,
  writer: Writer,
  submits: readonly Submit[],
  outcomes: Map<Write, WriteOutcome>,
): Promise<AdditionTo[]> {
  const done = (write: Submit, value: unknown) => outcomes.set(write, { kind: 'done', value })
  const knownOf = async (of: readonly Submit[]) =>
    await keyedExecutions(
      tx,
      of.flatMap(({ submission: { owner, key } }) => (key ? [{ owner, text: key.text }] : [])),
    )
  /** Whether a key is known, and so its outcome. */
  const isKnown = (write: Submit, keys: Awaited<ReturnType<typeof knownOf>>): boolean => {
    const { owner, key, executionId } = write.submission
    const known = key && keys.get(JSON.stringify([owner, key.text]))
    if (key === undefined || known === undefined) return false
    // A repetition: the first attempt was committed before its connection was lost.
    if (known.executionId === executionId) done(write, accepted(write))
    else done(write, outcomeOfKey(known, key.bodyHash))
    return true
  }
  const keys = await knownOf(submits)
  const unknown = submits.filter(write => !isKnown(write, keys))
  const fresh = await withinLimits(tx, unknown, done)
  if (fresh.length === 0) return []
  const ids = await insertExecutions(tx, writer, fresh)
  const inserted = fresh.filter(({ submission }) => ids.has(submission.executionId))
  const refused = fresh.filter(({ submission }) => !ids.has(submission.executionId))
  if (refused.length > 0) {
    // Another daemon was faster with the key.
    const later = await knownOf(refused)
    for (const write of refused) {
      if (isKnown(write, later)) continue
      if (!tx.isRepeat) throw new Error(`${write.submission.executionId} is there already`)
      done(write, accepted(write))
    }
  }
  await insertPrograms(tx, inserted, ids)
  return inserted.map(write => {
    const { submission } = write
    const { executionId, owner } = submission
    const { kind: _, epoch } = accepted(write)
    done(write, accepted(write))
    const id = ids.get(executionId) as RowId
    return { id, executionId, owner, epoch, lastEvent: 0, addition: submission }
  })
}

/** Those whose owners may have another one under way. What is admitted at the same instant is not seen. */
async function withinLimits(
  tx: Transaction,
  submits: readonly Submit[],
  done: (write: Submit, outcome: SubmitOutcome) => void,
): Promise<Submit[]> {
  const limited = submits.filter(({ submission }) => submission.maxUnderWay !== undefined)
  if (limited.length === 0) return [...submits]
  const rows = await tx.rows<{ owner: string; count: number }>(
    `SELECT owner, count(*)::int AS count FROM execution
      WHERE owner = ANY($1::text[]) AND state IN ('queued', 'running')
        AND execution_id <> ALL($2::text[]) GROUP BY owner`,
    [
      [...new Set(limited.map(({ submission }) => submission.owner))],
      submits.map(({ submission }) => submission.executionId),
    ],
  )
  const underWay = new Map(rows.map(({ owner, count }) => [owner, count]))
  return submits.filter(write => {
    const { owner, maxUnderWay = Infinity } = write.submission
    const count = underWay.get(owner) ?? 0
    if (count >= maxUnderWay) done(write, { kind: 'beyond-limit', underWay: count })
    else underWay.set(owner, count + 1)
    return count < maxUnderWay
  })
}

const accepted = ({ submission, mode }: Submit) =>
  ({ kind: 'accepted', epoch: submitted(submission, mode).epoch }) as const

async function insertExecutions(
  tx: Transaction,
  { number }: Writer,
  submits: readonly Submit[],
): Promise<ReadonlyMap<string, RowId>> {
  const all = submits.map(({ submission, mode }) => {
    const next = submitted(submission, mode)
    return { ...submission, next, daemon: isOwned(next) ? number : null }
  })
  const rows = await tx.rows<{ id: RowId; execution_id: string }>(
    `INSERT INTO execution (execution_id, owner, state, epoch, wake_ms, daemon, suspect, created_ms,
        started_ms, deadline_ms, session_id, key_text, key_hash, usage, webhook_url, runtime,
        parent_id)
      SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::int[],
        $7::boolean[], $8::bigint[], $9::bigint[], $10::bigint[], $11::text[], $12::text[],
        $13::text[], $14::text[], $15::text[], $16::text[], $17::text[])
      ON CONFLICT DO NOTHING RETURNING id, execution_id`,
    [
      all.map(({ executionId }) => executionId),
      all.map(({ owner }) => owner),
      all.map(({ next }) => next.state),
      all.map(({ next }) => next.epoch),
      all.map(({ next }) => next.wake_ms),
      all.map(({ daemon }) => daemon),
      all.map(({ daemon, next }) => daemon !== null && next.state === 'running'),
      all.map(({ createdAtMs }) => createdAtMs),
      all.map(({ startedAtMs }) => startedAtMs ?? null),
      all.map(({ deadlineMs }) => deadlineMs),
      all.map(({ sessionId }) => sessionId ?? null),
      all.map(({ key }) => key?.text ?? null),
      all.map(({ key }) => key?.bodyHash ?? null),
      all.map(({ usage }) => usage ?? null),
      all.map(({ webhookUrl }) => webhookUrl ?? null),
      all.map(({ runtime }) => runtime ?? null),
      all.map(({ parentId }) => parentId ?? null),
    ],
  )
  return new Map(rows.map(({ id, execution_id }) => [execution_id, id]))
}

async function insertPrograms(
  tx: Transaction,
  submits: readonly Submit[],
  ids: ReadonlyMap<string, RowId>,
): Promise<void> {
  const all = submits.map(({ submission }) => ({ ...submission, ...programFacts(submission.plan) }))
  await tx.run(
    `INSERT INTO program (execution, source_text, head_text, language, plan, metadata)
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])`,
    [
      all.map(({ executionId }) => ids.get(executionId)),
      all.map(({ source }) => toLiteral(source)),
      all.map(({ source }) => toLiteral(source.slice(0, SOURCE_HEAD))),
      all.map(({ language }) => language ?? null),
      all.map(({ plan }) => plan),
      all.map(({ metadata }) => (metadata === undefined ? null : JSON.stringify(metadata))),
    ],
  )
}
