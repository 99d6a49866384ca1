/**
 * Replays of executions for callers: checks that a replay is possible, and compares the outcome.
 */

import type { GuestSession } from '../../executor/boundary/messages.ts'
import { shownRequest } from '../../executor/boundary/request-fingerprint.ts'
import { callNumberOf } from '../../executor/record/call-id.ts'
import { foldEvents } from '../../executor/record/fold-execution.ts'
import type { Execution, ExecutionError } from '../../protocol/execution/execution.ts'
import type { Replay, ReplayEnd } from '../../protocol/execution/replay.ts'
import { isEnded } from '../../protocol/execution/status.ts'
import type { LimitName } from '../../protocol/limits.ts'
import type { Caller } from '../auth/caller.ts'
import {
  cannotReplay,
  type DryRunDependencies,
  dryRunReplay,
  nondeterminism,
  type ReplayReport,
} from '../replay/replay.ts'
import { languageOf } from '../replay/stored-plan.ts'
import type { SessionService } from '../sessions/sessions.ts'
import type { ClaimedExecution, Store } from '../store/store.ts'
import type { Executions } from './executions.ts'

/** What {@link ReplayService} works with. */
export interface ReplayDependencies extends DryRunDependencies {
  readonly store: Pick<Store, 'journal' | 'texts'>
  readonly executions: Pick<Executions, 'enter' | 'get' | 'live'>
  readonly sessions: Pick<SessionService, 'open'>
}

/** Replays executions for callers and compares the outcome with the first one. */
export class ReplayService {
  #deps: ReplayDependencies

  constructor(deps: ReplayDependencies) {
    this.#deps = deps
  }

  /**
   * Replays an execution as far as its journal goes, or to a call of it.
   *
   * @throws {LatchdError} `NOT_FOUND`, `CONFLICT` when it runs at the moment or has no journal,
   *   `QUEUE_FULL`, `TOKEN_LIMIT_EXCEEDED`
   */
  async replay(
    executionId: string,
    caller: Caller,
    { untilCall, signal }: { untilCall: number | undefined; signal: AbortSignal },
  ): Promise<Replay> {
    const { executions, store } = this.#deps
    const execution = await executions.get(executionId, caller)
    if (executions.live(executionId) !== undefined) {
      throw cannotReplay(executionId, `it is ${execution.status} at the moment`)
    }
    const claimed = await store.journal(executionId)
    if (claimed === undefined) {
      throw cannotReplay(executionId, 'it is not durable, and so has no journal')
    }
    if (claimed.startedAtMs === undefined) throw cannotReplay(executionId, 'it has not started')
    const session = await this.#session(claimed, execution)
    // A replay takes a worker as an execution of the caller does.
    const arrival = executions.enter(caller, { language: languageOf(claimed) })
    try {
      const replaying = dryRunReplay(claimed, this.#deps, { untilCall, session, signal })
      arrival.onQueued()
      const report = await replaying
      return replayOf(claimed, execution, report)
    } catch (error) {
      if (signal.aborted) throw cannotReplay(executionId, 'the caller has left')
      throw error
    } finally {
      arrival.onQueued()
      arrival.onActive()
    }
  }

  async #session(
    { executionId, sessionId }: ClaimedExecution,
    execution: Execution,
  ): Promise<GuestSession | undefined> {
    if (sessionId === undefined) return undefined
    if (isEnded(execution)) {
      throw cannotReplay(
        executionId,
        `it ran in session ${sessionId}, whose state before it is not kept`,
      )
    }
    return await this.#deps.sessions.open(sessionId, true)
  }
}

function replayOf(claimed: ClaimedExecution, execution: Execution, report: ReplayReport): Replay {
  const { outcome, asked, place, variables, divergence } = report
  const calls = [...foldEvents(claimed.events).calls.values()]
  const fields = {
    executionId: claimed.executionId,
    logs: [...report.logs],
    calls: calls.filter(({ callId }) => callNumberOf(callId) <= asked),
    ...(place && { place }),
    ...(variables && { variables: [...variables] }),
  }
  const diverged = (error: ExecutionError): Replay => ({ result: 'diverged', error, ...fields })
  if (divergence !== undefined) return diverged(divergence)
  if (outcome.status === 'halted') return { result: 'halted', call: outcome.request, ...fields }
  const before = endOf(execution)
  if (outcome.status !== 'completed' && outcome.status !== 'failed') {
    if (before === undefined) return { result: 'same', reached: 'waiting', ...fields }
    const [id, request] = report.unanswered[0] ?? [asked, 'nothing']
    return diverged(
      nondeterminism(
        `The program asks for call ${id}: ${shownRequest(request)}; before it was ${before.status}`,
      ),
    )
  }
  const now = dryRunEnd(outcome)
  if (before === undefined || isSame(before, now)) {
    return { result: 'same', reached: outcome.status, ...fields }
  }
  return { result: 'differs', before, now, ...fields }
}

/** Limits that the guest exceeds by itself, in every run. */
const guestLimits: ReadonlySet<LimitName | undefined> = new Set<LimitName | undefined>([
  'cpuMs',
  'memoryBytes',
  'maxCalls',
  'maxOutputBytes',
])

const guestFailures: ReadonlySet<string> = new Set(['SYNTAX_ERROR', 'GUEST_ERROR', 'DEADLOCK'])

/** The program's own end; `undefined` when it has none, or was stopped. */
function endOf(execution: Execution): ReplayEnd | undefined {
  if (execution.status === 'completed') return { status: 'completed', output: execution.output }
  if (execution.status !== 'failed') return undefined
  const { error } = execution
  const isOwn =
    guestFailures.has(error.code) ||
    (error.code === 'LIMIT_EXCEEDED' && guestLimits.has(error.limit))
  return isOwn ? { status: 'failed', error } : undefined
}

function dryRunEnd(
  outcome: Extract<ReplayReport['outcome'], { status: 'completed' | 'failed' }>,
): ReplayEnd {
  if (outcome.status === 'failed') return { status: 'failed', error: outcome.error }
  const { json, ...output } = outcome.output
  return { status: 'completed', output: { value: JSON.parse(json), ...output } }
}

function isSame(before: ReplayEnd, now: ReplayEnd): boolean {
  if (before.status === 'completed' && now.status === 'completed') {
    const text = ({ output }: typeof before) => JSON.stringify([output.value, output.encoded])
    return text(before) === text(now)
  }
  if (before.status !== 'failed' || now.status !== 'failed') return false
  return before.error.code === now.error.code && before.error.limit === now.error.limit
}
