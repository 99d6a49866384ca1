/**
 * An execution's effect on its session, as the session stores it: enough to repeat it under another
 * engine or prelude, whose memory does not fit the present snapshots.
 */

import { promisify } from 'node:util'
import { zstdCompress, zstdDecompressSync } from 'node:zlib'
import type { JournalRecord } from '../../executor/boundary/journal-record.ts'
import type { CompiledProgram, ProgramEnd, SessionStep } from '../../executor/boundary/messages.ts'
import { completedEnd, endOfRun, failedEnd } from '../../executor/boundary/program-end.ts'
import { Journal, type ReadRecord } from '../../executor/calls/journal.ts'
import type { ReadTexts } from '../../executor/calls/journal-texts.ts'
import { TextBudget } from '../../executor/calls/text-budget.ts'
import type { ExecutionPlan, RestoredExecution } from '../../executor/execution/execution-plan.ts'
import { stepOf } from '../../executor/execution/session-of-execution.ts'
import { callNumberOf } from '../../executor/record/call-id.ts'
import type { Toolbox } from '../../executor/tools/toolbox.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import type { ReplayReport } from '../replay/replay.ts'
import { readPlan, serializePlan } from '../replay/stored-plan.ts'
import type { ClaimedExecution } from '../store/store.ts'

/** How a program ended, as far as a repetition must end the same way. */
type RunEnd =
  | ProgramEnd
  /** Stopped from outside while these calls were open: their numbers. */
  | { readonly status: 'stopped'; readonly open: readonly number[] }

/** An execution that has ended, to be repeated by `dryRunReplay`. */
export interface SessionRun {
  readonly claimed: ClaimedExecution
  readonly end: RunEnd
}

/** A run as it is stored: there the number of a record's call is its `seq`. */
interface StoredRun {
  readonly claimed: Omit<ClaimedExecution, 'records'> & {
    readonly records: readonly StoredRecord[]
  }
  readonly end: RunEnd
}

type StoredRecord = Omit<ReadRecord, 'callNumber'> & { readonly seq: number }

/** Longer answers of an execution are not stored with its session. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

const compress = promisify(zstdCompress)

/**
 * The records of an execution with all of their texts; `undefined` when they are too long for a
 * session.
 *
 * @param readTexts reads the texts that only the store has
 * @param isNeeded whether they are the session's state, and so are never too long: what the program
 *   has taken of them is little, and its journal is bounded
 */
export async function wholeRecords(
  records: readonly ReadRecord[],
  readTexts: ReadTexts,
  isNeeded = false,
): Promise<readonly JournalRecord[] | undefined> {
  const budget = isNeeded ? TextBudget.unlimited() : new TextBudget(MAX_ANSWER_BYTES)
  const stored: number[] = []
  for (const { callNumber, text } of records) {
    const isHere = typeof text === 'string'
    if (!budget.takes(isHere ? Buffer.byteLength(text) : text.bytes)) return undefined
    if (!isHere) stored.push(callNumber)
  }
  const read = stored.length === 0 ? [] : await readTexts(stored)
  const texts = new Map(stored.map((callNumber, i) => [callNumber, read[i] as string]))
  return records.map(record => {
    const { text } = record
    return {
      ...record,
      text: typeof text === 'string' ? text : (texts.get(record.callNumber) as string),
    }
  })
}

/**
 * A run as bytes; `undefined` for one that ended by time, at a place that a repetition cannot find.
 *
 * @param runtime the tag of its engine and prelude
 */
export async function writeSessionRun(
  plan: ExecutionPlan,
  { program, startedAtMs, records }: Pick<RestoredExecution, 'program' | 'startedAtMs' | 'records'>,
  execution: Execution,
  runtime: string,
): Promise<Uint8Array | undefined> {
  if ('error' in execution && execution.error.limit === 'cpuMs') return undefined
  const { executionId, source, sessionId, createdAtMs, caller } = plan
  const claimed: StoredRun['claimed'] = {
    executionId,
    owner: caller,
    epoch: 0,
    source,
    plan: serializePlan(plan, runtime),
    program: program && JSON.stringify(program),
    usage: undefined,
    sessionId,
    webhookUrl: undefined,
    createdAtMs,
    startedAtMs,
    deadlineMs: createdAtMs,
    records: records
      .filter(({ kind }) => kind === 'delivery')
      .map(({ kind, callNumber: seq, ...rest }) => ({ kind, seq, ...rest })),
    approvals: [],
    events: [],
  }
  const run: StoredRun = { claimed, end: endOf(execution) }
  return await compress(JSON.stringify(run))
}

/** Reads what {@link writeSessionRun} wrote. */
export function readSessionRun(bytes: Uint8Array): SessionRun {
  const { claimed, end } = JSON.parse(zstdDecompressSync(bytes).toString()) as StoredRun
  const records = claimed.records.map(({ seq: callNumber, ...rest }) => ({ callNumber, ...rest }))
  return { claimed: { ...claimed, records }, end }
}

/**
 * A run as a worker repeats it, on the runtime that it ran on.
 *
 * @param toolbox the present tools
 * @throws {Error} it was stopped, so that it left its session as it was
 */
export function stepOfRun(bytes: Uint8Array, toolbox: Toolbox): SessionStep {
  const { claimed, end } = readSessionRun(bytes)
  if (end.status === 'stopped') throw new Error(`execution ${claimed.executionId} was stopped`)
  const { plan } = readPlan(claimed, toolbox)
  const { program } = claimed
  const step = stepOf({
    ...plan,
    program: program === undefined ? undefined : (JSON.parse(program) as CompiledProgram),
    tools: plan.toolbox.guestTools,
    startedAtMs: claimed.startedAtMs as number,
    timeZone: plan.timeZone,
    // Nothing answers a worker that asks for more of them.
    journal: new Journal(claimed.records).deliveries(TextBudget.unlimited()),
  })
  return { ...step, end }
}

/** How a repetition ended otherwise than the run did; `undefined` when it did not. */
export function differenceOf({ end }: SessionRun, report: ReplayReport): string | undefined {
  const now = dryRunEnd(report)
  const isSame = JSON.stringify(now) === JSON.stringify(end)
  return isSame ? undefined : `it was ${textOf(end)}, and is ${textOf(now)}`
}

function endOf(execution: Execution): RunEnd {
  if (execution.status === 'completed') return completedEnd(execution.output)
  if (execution.status === 'failed' && !outerLimits.has(execution.error.limit)) {
    return failedEnd(execution.error)
  }
  const open = execution.calls.filter(({ status }) => status === 'cancelled')
  return { status: 'stopped', open: open.map(({ callId }) => callNumberOf(callId)) }
}

function dryRunEnd({ outcome, unanswered }: ReplayReport): RunEnd {
  const own = endOfRun(outcome)
  if (own !== undefined) return own
  const open = unanswered.filter(([, request]) => request.startsWith('call '))
  return { status: 'stopped', open: open.map(([callNumber]) => callNumber) }
}

/** Limits that end a program from outside. */
const outerLimits: ReadonlySet<string | undefined> = new Set(['wallMs', 'maxJournalBytes'])

function textOf(end: RunEnd): string {
  if (end.status === 'failed') return `failed with ${end.code}`
  return end.status === 'stopped' ? `stopped in calls ${end.open.join(', ') || '-'}` : end.status
}
