/** Reads the state of an execution that has not ended from its stored events. */

import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type {
  CallRecord,
  Diagnostic,
  EmittedFile,
  Execution,
  LogLine,
  WaitingFor,
  Warning,
} from '../../protocol/execution/execution.ts'

/** The usage of an execution, as it is stored between runs. JSON of it is a store's `usage`. */
export interface StoredUsage {
  readonly cpuMs: number
  readonly waitMs: number
  readonly peakMemoryBytes: number
  readonly resumes: number
  readonly logsTruncatedBytes: number
}

/** The usage of an execution that has not run. */
export const NO_USAGE: StoredUsage = {
  cpuMs: 0,
  waitMs: 0,
  peakMemoryBytes: 0,
  resumes: 0,
  logsTruncatedBytes: 0,
}

/** An execution that goes on, as it is stored. */
export interface OngoingExecution {
  readonly executionId: string
  readonly state: 'queued' | 'running' | 'waiting'
  /** Absent where the source cannot be read. */
  readonly sourceLine?: string
  readonly createdAtMs: number
  readonly startedAtMs: number | undefined
  readonly sessionId: string | undefined
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  readonly usage: StoredUsage
  /** In order, from the first. */
  readonly events: readonly ExecutionEvent[]
}

/** The state of an execution as its events report it. */
export interface FoldedEvents {
  readonly logs: LogLine[]
  readonly calls: Map<string, CallRecord>
  readonly files: EmittedFile[]
  readonly waitingFor: readonly WaitingFor[]
  /** Warnings for the author of the program; absent: none. */
  readonly warnings: readonly Warning[] | undefined
  /** Findings of the type check; absent: none. */
  readonly diagnostics: readonly Diagnostic[] | undefined
}

/** Reads events in order. */
export function foldEvents(events: readonly ExecutionEvent[]): FoldedEvents {
  const logs: LogLine[] = []
  const calls = new Map<string, CallRecord>()
  const files: EmittedFile[] = []
  let waitingFor: readonly WaitingFor[] = []
  let diagnostics: readonly Diagnostic[] | undefined
  let warnings: readonly Warning[] | undefined
  for (const event of events) {
    switch (event.type) {
      case 'execution-started':
        diagnostics = event.diagnostics
        break
      case 'log-written':
        logs.push(event.log)
        break
      case 'call-started':
      case 'call-completed':
        calls.set(event.call.callId, event.call)
        break
      case 'file-emitted':
        files.push(event.file)
        break
      case 'execution-parked':
        waitingFor = event.waitingFor
        warnings = event.warnings
        break
      // A later event or the row of the execution has the facts of these too.
      case 'call-progressed':
      case 'approval-requested':
      case 'approval-decided':
      case 'execution-resumed':
      case 'execution-stuck':
      case 'execution-ended':
        break
      default:
        event satisfies never
    }
  }
  return { logs, calls, files, waitingFor, diagnostics, warnings }
}

/** How many of the calls each tool got. */
export function countByTool(calls: Iterable<CallRecord>): Record<string, number> {
  const counts = new Map<string, number>()
  for (const { tool } of calls) counts.set(tool, (counts.get(tool) ?? 0) + 1)
  return Object.fromEntries(counts)
}

/** The execution as it stands. */
export function foldExecution(stored: OngoingExecution, nowMs: number): Execution {
  const { executionId, state, createdAtMs, startedAtMs, sessionId, metadata, usage } = stored
  const { logs, calls, files, waitingFor, diagnostics, warnings } = foldEvents(stored.events)
  const { cpuMs, waitMs, peakMemoryBytes, resumes, logsTruncatedBytes } = usage
  const fields = {
    executionId,
    ...(stored.sourceLine !== undefined && { sourceLine: stored.sourceLine }),
    ...(diagnostics && { diagnostics: [...diagnostics] }),
    ...(warnings && { warnings: [...warnings] }),
    logs,
    logsTruncatedBytes,
    calls: [...calls.values()],
    ...(files.length > 0 && { files }),
    usage: {
      cpuMs,
      wallMs: Math.max(0, nowMs - createdAtMs),
      waitMs,
      calls: calls.size,
      callsByTool: countByTool(calls.values()),
      peakMemoryBytes,
      resumes,
    },
    createdAtMs,
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(sessionId !== undefined && { sessionId }),
    ...(metadata && { metadata }),
  }
  return state === 'waiting'
    ? { status: state, waitingFor: [...waitingFor], ...fields }
    : { status: state, ...fields }
}

/** The ids of the approvals whose decision is among some events. */
export function decidedIn(events: readonly ExecutionEvent[]): Set<string> {
  const decided = events.filter(event => event.type === 'approval-decided')
  return new Set(decided.map(({ approval }) => approval.approvalId))
}
