/** What host and worker tell each other about one execution. All of it is structured-cloned. */

import type { MessagePort } from 'node:worker_threads'
import type { ExecutionError, Language, LogLine } from '../protocol/execution.ts'
import type { Limits } from '../protocol/limits.ts'

/** What a worker gets to run: the task of the pool. */
export interface GuestTask {
  readonly source: string
  readonly language: Language
  /** JSON of the guest's tools, a list of `GuestTool`; written once for a set of tools. */
  readonly tools: string
  /** Encoded record of inputs; absent when there are none. */
  readonly inputs: string | undefined
  readonly seed: readonly [number, number, number, number]
  /** Epoch milliseconds; where the guest's clock starts. */
  readonly startedAtMs: number
  readonly limits: Limits
  readonly port: MessagePort
  /** The latch; see `protocol/latch.ts`. */
  readonly latch: SharedArrayBuffer
}

/** From the worker, on the execution's port. */
export type GuestMessage =
  | { readonly kind: 'call'; readonly id: number; readonly tool: number; readonly input: string }
  | { readonly kind: 'next-item'; readonly id: number; readonly stream: number }
  | { readonly kind: 'close-stream'; readonly id: number; readonly stream: number }
  | { readonly kind: 'start-timer'; readonly id: number; readonly delayMs: number }
  | { readonly kind: 'clear-timer'; readonly id: number }
  | { readonly kind: 'logs'; readonly lines: readonly LogLine[] }

/** From the host, on the execution's port: what one number was waited for. */
export interface Delivery {
  readonly id: number
  /** A reply as `protocol/value-format.ts` marks them; empty for a timer. */
  readonly text: string
  /** When the host sent it: the guest's clock moves to it. */
  readonly atMs: number
}

/** The output as the guest encoded it; the worker has derived the rest. */
export interface GuestOutput {
  /** JSON of the plain form. */
  readonly json: string
  readonly text: string
  readonly exact: boolean
  readonly encoded?: string
}

export type GuestOutcome =
  | { readonly status: 'completed'; readonly output: GuestOutput; readonly isFinalAnswer: boolean }
  | { readonly status: 'failed'; readonly error: ExecutionError }
  /** Ended by the latch's signal: the host knows why. */
  | { readonly status: 'stopped' }

/** What a worker gives back: the result of the pool's task. */
export interface GuestReport {
  readonly outcome: GuestOutcome
  /** Lines that no `logs` message has carried. */
  readonly logs: readonly LogLine[]
  readonly logsTruncatedBytes: number
  readonly cpuMs: number
  readonly waitMs: number
  readonly peakMemoryBytes: number
}
