/**
 * Runs an execution again from its journal, as a dry run: no tool is called, nothing is written, and
 * the guest ends where the journal does.
 */

import {
  type GuestLink,
  type GuestPool,
  type GuestWork,
  SharedLoss,
} from '../../executor/boundary/guest-pool.ts'
import type {
  CompiledProgram,
  DryRunReport,
  GuestOutcome,
  GuestReport,
  GuestSession,
} from '../../executor/boundary/messages.ts'
import { shownRequest } from '../../executor/boundary/request-fingerprint.ts'
import { Journal } from '../../executor/calls/journal.ts'
import { deliverTexts } from '../../executor/calls/journal-texts.ts'
import type { FilesOf } from '../../executor/files/execution-files.ts'
import type { Supervision } from '../../executor/pool/watchdog.ts'
import { callNumberOf } from '../../executor/record/call-id.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { ExecutionError, LogLine } from '../../protocol/execution/execution.ts'
import type { ClaimedExecution, StoreReader } from '../store/store.ts'
import type { ToolboxSource } from '../tools/daemon-tools.ts'
import { readPlan } from './stored-plan.ts'

/** What dry runs work with. */
export interface DryRunDependencies {
  readonly pool: GuestPool
  readonly supervision: Supervision
  readonly tools: ToolboxSource
  /** Reads the texts of long journals. */
  readonly store: Pick<StoreReader, 'texts'>
  /** The files of an execution, for what its program has read. */
  readonly filesOf?: FilesOf | undefined
}

/** How far a dry run goes, from which state, and what it gives back. */
export interface DryRunOptions {
  /** Number of the call that ends the dry run. */
  readonly untilCall?: number | undefined
  /** The session when the execution began; absent before the session's first. */
  readonly session?: GuestSession | undefined
  /** Whether its execution is about to go on, and so goes before new ones. */
  readonly isResume?: boolean
  /** Whether it has ended before, and the state that it left to its session is wanted. */
  readonly leavesSession?: boolean
  /** Ends the dry run when aborted; {@link dryRunReplay} rejects with its reason then. */
  readonly signal?: AbortSignal
}

/** How far a dry run came. */
export interface ReplayReport extends DryRunReport {
  readonly outcome: GuestOutcome
  readonly logs: readonly LogLine[]
  /** How its path differs from the journal; absent when it does not. */
  readonly divergence: ExecutionError | undefined
  /** The state that it left to its session, when that is wanted. */
  readonly snapshot?: Uint8Array | undefined
}

/**
 * Replays an execution that has started.
 *
 * @throws {LatchdError} `EXECUTOR_CLOSED`
 * @throws {Error} the worker was lost
 */
export async function dryRunReplay(
  claimed: ClaimedExecution,
  deps: DryRunDependencies,
  options: DryRunOptions = {},
): Promise<ReplayReport> {
  const logs: LogLine[] = []
  const run = () => {
    logs.length = 0
    return runDry(claimed, deps, options, lines => {
      for (const line of lines) logs.push(line)
    })
  }
  const report = await run().catch(error => {
    // The guest of another execution lost the worker; the next worker is its own.
    if (error instanceof SharedLoss) return run()
    throw error
  })
  for (const line of report.logs) logs.push(line)
  const dryRun = report.dryRun as DryRunReport
  const { outcome } = report
  const divergence = divergenceOf(claimed, outcome, dryRun)
  return { ...dryRun, outcome, logs, divergence, snapshot: report.snapshot }
}

async function runDry(
  claimed: ClaimedExecution,
  deps: DryRunDependencies,
  { untilCall, session, signal, leavesSession = false, isResume = false }: DryRunOptions,
  onLogs: (lines: readonly LogLine[]) => void,
): Promise<GuestReport> {
  const { plan } = readPlan(claimed, deps.tools.current)
  const files = deps.filesOf?.(plan)
  const { source, language, limits, inputs, seed, timeZone, toolbox, sessionId } = plan
  const cancelled = signal ?? new AbortController().signal
  const journal = new Journal(claimed.records)
  let fault: unknown
  let run: GuestLink | undefined
  let unwatch = () => {}
  const onAbort = () => run?.stop()
  const begin = (link: GuestLink): GuestWork => {
    run = link
    const isStopping = () => cancelled.aborted
    unwatch = deps.supervision.watch(link, limits.cpuMs, isStopping, () => link.endThread())
    cancelled.addEventListener('abort', onAbort, { once: true })
    return {
      executionId: plan.executionId,
      source,
      language,
      program:
        claimed.program === undefined
          ? undefined
          : (JSON.parse(claimed.program) as CompiledProgram),
      wantsProgram: false,
      tools: toolbox.guestTools,
      session: sessionId === undefined ? undefined : (session ?? { snapshot: undefined }),
      inputs,
      seed,
      startedAtMs: claimed.startedAtMs as number,
      timeZone,
      limits,
      journal: journal.deliveries(),
      dryRun: {
        ...(untilCall !== undefined && { untilCall }),
        ...(leavesSession && { leavesSession }),
      },
      isRestored: false,
      emittedLogs: 0,
      chargedCpuMs: 0,
      expectedMs: undefined,
    }
  }
  try {
    const report = await deps.pool.run({
      owner: claimed.owner,
      language: plan.language,
      execution: claimed,
      begin,
      receive: message => {
        if (message.kind === 'logs') onLogs(message.lines)
        if (message.kind !== 'load-text') return
        const readTexts = (callNumbers: readonly number[]) =>
          deps.store.texts(plan.executionId, callNumbers)
        deliverTexts(journal, message, readTexts, files, () => run).catch(error => {
          fault = error
          run?.stop()
        })
      },
      isResume,
      cancelled,
    })
    cancelled.throwIfAborted()
    if (fault !== undefined) throw fault
    return report
  } finally {
    run = undefined
    cancelled.removeEventListener('abort', onAbort)
    unwatch()
  }
}

/**
 * Compares the path of a dry run with the intents of unanswered calls and with the events. The
 * worker has compared the deliveries already.
 */
function divergenceOf(
  { records, events }: ClaimedExecution,
  outcome: GuestOutcome,
  { asked, unanswered }: DryRunReport,
): ExecutionError | undefined {
  if (outcome.status === 'diverged') return outcome.error
  const before = new Map<number, string>()
  let last: { callNumber: number; tool: string } | undefined
  for (const event of events) {
    if (event.type !== 'call-started') continue
    const { callId, tool } = event.call
    const callNumber = callNumberOf(callId)
    before.set(callNumber, `call ${tool}`)
    if (last === undefined || callNumber > last.callNumber) last = { callNumber, tool }
  }
  for (const { kind, callNumber, request } of records)
    if (kind === 'intent') before.set(callNumber, request)
  for (const [callNumber, request, ...earlier] of unanswered) {
    const asked = before.get(callNumber)
    // For a call without an intent only the tool was stored.
    if (asked === undefined || request.startsWith(`${asked} `)) continue
    if (request === asked || earlier.includes(asked)) continue
    return nondeterminism(
      `Call ${callNumber} of the program is ${shownRequest(request)}; before it was ${shownRequest(asked)}`,
    )
  }
  if (outcome.status === 'halted' || outcome.status === 'stopped') return undefined
  if (last === undefined || last.callNumber <= asked) return undefined
  const how = outcome.status === 'parked' ? 'waits' : 'ended'
  return nondeterminism(
    `The program ${how} after ${asked} calls; before it made call ${last.callNumber}: ${last.tool}`,
  )
}

/** The error of an execution that takes another path than its journal. */
export function nondeterminism(message: string): ExecutionError {
  return { code: 'NONDETERMINISM', name: 'Nondeterminism', message }
}

/** @throws {LatchdError} `CONFLICT` */
export function cannotReplay(executionId: string, why: string): LatchdError {
  return new LatchdError('CONFLICT', `Cannot replay execution ${executionId}: ${why}`)
}
