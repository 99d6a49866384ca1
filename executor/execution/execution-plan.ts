/** The plan of an execution, what it is restored from, and how a run of it ends. */

import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type {
  EndedExecution,
  Execution,
  Language,
  Typecheck,
} from '../../protocol/execution/execution.ts'
import type { Limits } from '../../protocol/limits.ts'
import type { CallApproval } from '../boundary/call-approval.ts'
import type { GuestPool } from '../boundary/guest-pool.ts'
import type { CompiledProgram, GuestTask } from '../boundary/messages.ts'
import { randomBits } from '../boundary/random-bits.ts'
import type { ReadRecord } from '../calls/journal.ts'
import type { Latencies } from '../calls/latencies.ts'
import type { Supervision } from '../pool/watchdog.ts'
import type { StoredUsage } from '../record/fold-execution.ts'
import type { Toolbox } from '../tools/toolbox.ts'
import type { TypeChecker } from '../typecheck/type-checker.ts'
import type { SessionLeft } from './session-of-execution.ts'

/** An execution before it runs: all defaults are resolved. */
export interface ExecutionPlan {
  readonly executionId: string
  readonly source: string
  readonly language: Language
  readonly limits: Limits
  readonly toolbox: Toolbox
  /** Encoded record of inputs. */
  readonly inputs: string | undefined
  readonly seed: GuestTask['seed']
  readonly sessionId: string | undefined
  /** Name of the caller that sent the request. */
  readonly caller: string
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  readonly createdAtMs: number
  /** The zone of its local times; UTC when absent. */
  readonly timeZone?: string | undefined
  /** Whether its types are checked before it runs; off when absent. */
  readonly typecheck?: Typecheck | undefined
  /** Tools that may be called without an approval in its session. */
  readonly remembered?: readonly string[]
  /** The execution's place in a trace, as the header of W3C Trace Context. Its tools receive it. */
  readonly traceparent?: string | undefined
}

/** What an execution is restored from: another process began it, or this process evicted it. */
export interface RestoredExecution {
  readonly records: readonly ReadRecord[]
  readonly approvals: readonly CallApproval[]
  readonly events: readonly ExecutionEvent[]
  readonly startedAtMs: number | undefined
  readonly usage: StoredUsage
  readonly program: CompiledProgram | undefined
}

/** The parts of this process that executions run on. */
export interface ExecutionDependencies {
  readonly pool: GuestPool
  readonly supervision: Supervision
  readonly latencies: Latencies
  /** Absent where no program is checked. */
  readonly typeChecker?: TypeChecker
  /** The clock of all instants of executions, in epoch milliseconds; absent: the machine's. */
  readonly now?: () => number
}

/** How a run ended. */
export type RunEnd =
  | ({ readonly kind: 'ended'; readonly execution: EndedExecution } & SessionLeft)
  /** The execution stays as it is until a person removes the cause. */
  | { readonly kind: 'stuck'; readonly execution: Execution }
  /**
   * The execution waits for a person, or for `wakeAtMs`. It may be evicted, or go on by another
   * {@link RunningExecution.run}.
   */
  | { readonly kind: 'waiting'; readonly wakeAtMs: number }

/** A new execution's id: 128 random bits. @param prefix hex digits in the place of the first ones */
export function newExecutionId(prefix = ''): string {
  return `exe_${prefix}${randomBits().toString('hex').slice(prefix.length)}`
}
