/**
 * What an execution did to its session, as the session keeps it: enough to repeat it under another
 * engine or prelude, whose memory no snapshot of the present one fits.
 */

import { hash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { ExecutionPlan, RestoredExecution } from '../../executor/execution.ts'
import type { Execution, ExecutionError, Output } from '../../protocol/execution.ts'
import type { ClaimedExecution } from '../store/store.ts'
import { keepPlan } from './kept-plan.ts'
import { numberOf, type ReplayReport } from './replay.ts'

/** How a program ended, as far as a repetition must end the same way. */
type RunEnd =
  | { readonly status: 'completed'; readonly outputHash: string }
  | { readonly status: 'failed'; readonly code: string; readonly limit: string | undefined }
  /** By somebody else's doing, while these calls were open: their numbers. */
  | { readonly status: 'stopped'; readonly open: readonly number[] }

/** An execution that has ended, to be repeated by `shadowReplay`. */
export interface SessionRun {
  readonly claimed: ClaimedExecution
  readonly end: RunEnd
}

/**
 * A run as bytes; `undefined` for one that time alone has ended, at a place that no repetition finds.
 *
 * @param runtime the tag of what it ran on
 */
export function writeSessionRun(
  plan: ExecutionPlan,
  { program, startedAtMs, records }: Pick<RestoredExecution, 'program' | 'startedAtMs' | 'records'>,
  execution: Execution,
  runtime: string,
): Uint8Array | undefined {
  if ('error' in execution && execution.error.limit === 'cpuMs') return undefined
  const { executionId, source, sessionId, createdAtMs, caller } = plan
  const claimed: ClaimedExecution = {
    executionId,
    owner: caller,
    epoch: 0,
    source,
    plan: keepPlan(plan, runtime),
    program: program && JSON.stringify(program),
    usage: undefined,
    sessionId,
    webhookUrl: undefined,
    createdAtMs,
    startedAtMs,
    deadlineMs: createdAtMs,
    records: records.filter(({ kind }) => kind === 'delivery'),
    approvals: [],
    events: [],
  }
  const run: SessionRun = { claimed, end: endOf(execution) }
  return zstdCompressSync(JSON.stringify(run))
}

/** Reads what {@link writeSessionRun} wrote. */
export function readSessionRun(bytes: Uint8Array): SessionRun {
  return JSON.parse(zstdDecompressSync(bytes).toString()) as SessionRun
}

/** How a repetition ended otherwise than the run did; `undefined` when it did not. */
export function differenceOf({ end }: SessionRun, report: ReplayReport): string | undefined {
  const now = shadowEnd(report)
  const isSame = JSON.stringify(now) === JSON.stringify(end)
  return isSame ? undefined : `it was ${textOf(end)}, and is ${textOf(now)}`
}

function endOf(execution: Execution): RunEnd {
  if (execution.status === 'completed') return completed(execution.output)
  if (execution.status === 'failed' && !outerLimits.has(execution.error.limit)) {
    return failed(execution.error)
  }
  const open = execution.calls.filter(({ status }) => status === 'cancelled')
  return { status: 'stopped', open: open.map(({ callId }) => numberOf(callId)) }
}

function shadowEnd({ outcome, unanswered }: ReplayReport): RunEnd {
  if (outcome.status === 'failed') return failed(outcome.error)
  if (outcome.status === 'completed') {
    const { json, ...output } = outcome.output
    return completed({ value: JSON.parse(json), ...output })
  }
  const open = unanswered.filter(([, request]) => request.startsWith('call '))
  return { status: 'stopped', open: open.map(([id]) => id) }
}

const completed = ({ value, encoded = '' }: Output): RunEnd => ({
  status: 'completed',
  outputHash: hash('sha256', JSON.stringify([value, encoded])),
})

const failed = ({ code, limit }: ExecutionError): RunEnd => ({ status: 'failed', code, limit })

/** Limits that end a program from outside. */
const outerLimits: ReadonlySet<string | undefined> = new Set(['wallMs', 'maxJournalBytes'])

function textOf(end: RunEnd): string {
  if (end.status === 'failed') return `failed with ${end.code}`
  return end.status === 'stopped' ? `stopped in calls ${end.open.join(', ') || '-'}` : end.status
}
