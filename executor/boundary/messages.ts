/** The messages between host and worker about one execution; `lane-frames.ts` says how they cross. */

import type {
  ExecutionError,
  Language,
  LogLine,
  Warning,
} from '../../protocol/execution/execution.ts'
import type { Variable } from '../../protocol/execution/replay.ts'
import type { Limits } from '../../protocol/limits.ts'
import type { FileOperation } from '../files/file-operations.ts'
import type { Reply } from './string-reply.ts'

/** A compiled program. Replays run it again, even after the compiler has changed. */
export interface CompiledProgram {
  readonly code: string
  /** Source map, version 3. */
  readonly map: string
}

/** The session that a program runs in, as its worker receives it. */
export interface GuestSession {
  /** The snapshot that earlier programs left; absent before one was written. */
  readonly snapshot: Uint8Array | undefined
  /** The programs that have run since that snapshot, in order; absent: none. */
  readonly since?: readonly SessionStep[]
  /** The name of its state as the worker reported it: {@link GuestReport.leftState}. */
  readonly state?: string
  /**
   * Only the name is here, which saves reading the rest: a worker without the guest that holds the
   * state reports `not-held`.
   */
  readonly isNameOnly?: true
  /**
   * How many programs have run since the snapshot. The worker may leave the state in its guest and
   * write no snapshot, when the program can be repeated in little time; the host then keeps what a
   * {@link SessionStep} is made from. Absent: it may not.
   */
  readonly stepsSince?: number
}

/** The end of a program that came to it by itself; see `program-end.ts`. */
export type ProgramEnd =
  | { readonly status: 'completed'; readonly outputHash: string }
  | { readonly status: 'failed'; readonly code: string; readonly limit: string | undefined }

/** A program of a session that has ended, as it is repeated where its state is needed again. */
export type SessionStep = Pick<
  GuestTask,
  | 'executionId'
  | 'source'
  | 'language'
  | 'program'
  | 'tools'
  | 'inputs'
  | 'seed'
  | 'startedAtMs'
  | 'timeZone'
  | 'limits'
  | 'journal'
> & {
  /** How the program ended; each repetition must end the same way. */
  readonly end: ProgramEnd
}

/** Makes a run a dry run: it repeats its journal, sends no request, and ends there. */
export interface GuestDryRun {
  /** Number of a call: the run ends as soon as the guest asks for it; absent: none. */
  readonly untilCall?: number
  /** Whether it repeats an execution that has ended, and returns the snapshot that it leaves. */
  readonly leavesSession?: true
  /** Whether it leaves that state in its guest alone, and returns no snapshot. */
  readonly inGuest?: true
}

/** What a worker gets to run. */
export interface GuestTask {
  /** Marks the frames of this task; see `lane-frames.ts`. */
  readonly serial: string
  readonly executionId: string
  readonly source: string
  readonly language: Language
  /** The source as it was compiled for an earlier run; absent on the first. */
  readonly program: CompiledProgram | undefined
  /** Whether the worker sends the program that it compiled: `compiled`. */
  readonly wantsProgram: boolean
  /** JSON of the guest's tools, an array of `GuestTool`; written once for a set of tools. */
  readonly tools: string
  /** The session that the program runs in; absent: none. */
  readonly session: GuestSession | undefined
  /** The encoded object of inputs; absent when there are none. */
  readonly inputs: string | undefined
  readonly seed: readonly [number, number, number, number]
  /** Epoch milliseconds; where the guest's clock starts. */
  readonly startedAtMs: number
  /** The zone of its local times; absent: UTC. */
  readonly timeZone: string | undefined
  readonly limits: Limits
  /**
   * The deliveries of earlier runs, in order. The guest is recreated from them. Empty on the first
   * run.
   */
  readonly journal: readonly JournaledDelivery[]
  /** Absent: the run is not a dry run. */
  readonly dryRun?: GuestDryRun
  /** Whether the tools' streams have to be opened again, since the process is another one. */
  readonly isRestored: boolean
  /** How many console lines earlier runs have sent. */
  readonly emittedLogs: number
  /** CPU that earlier runs were charged, in milliseconds. */
  readonly chargedCpuMs: number
  /** How long calls of a tool took lately, in milliseconds, by its index; absent: not known. */
  readonly expectedMs: Readonly<Record<number, number>> | undefined
}

/** What a guest asks its host for. `atMs` is the guest's clock. */
export type GuestRequest =
  | {
      readonly kind: 'call'
      readonly callNumber: number
      /** As `tool-index.ts` says. */
      readonly tool: number
      readonly input: string
      /** The digest of a long input (`input-digest.ts`), which the worker makes to spare the host. */
      readonly inputHash?: string
      /** Whether the guest does nothing else until it is answered. */
      readonly isBlocking: boolean
      readonly atMs: number
    }
  | {
      readonly kind: 'file'
      readonly callNumber: number
      readonly operation: FileOperation
      /** As `executor/files/file-operations.ts` says. */
      readonly input: string
      /** As of a call. */
      readonly inputHash?: string
      readonly atMs: number
    }
  | { readonly kind: 'next-item'; readonly callNumber: number; readonly stream: number }
  | { readonly kind: 'close-stream'; readonly callNumber: number; readonly stream: number }
  | {
      readonly kind: 'start-timer'
      readonly callNumber: number
      readonly delayMs: number
      readonly atMs: number
    }

/** Asks for the text of a delivery of the journal, and for more that follow it. */
export interface TextRequest {
  readonly kind: 'load-text'
  readonly callNumber: number
  /** How many bytes of texts the worker has room for. */
  readonly roomBytes: number
}

/** From the worker. */
export type GuestMessage =
  | GuestRequest
  | TextRequest
  | { readonly kind: 'clear-timer'; readonly callNumber: number }
  /** A stream of the journal, for a host that did not open it. */
  | {
      readonly kind: 'reopen-stream'
      readonly callNumber: number
      readonly tool: number
      readonly input: string
    }
  | { readonly kind: 'logs'; readonly lines: readonly LogLine[] }
  | { readonly kind: 'compiled'; readonly program: CompiledProgram }

/** From the host: the answer to a request, or the text of a delivery of the journal. */
export interface Delivery {
  readonly callNumber: number
  /** The reply; empty for a timer. */
  readonly text: Reply
  /** When the host sent the delivery: the guest's clock moves to this instant. */
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

/** How one run of a guest ended. */
export type GuestOutcome =
  | { readonly status: 'completed'; readonly output: GuestOutput; readonly isFinalAnswer: boolean }
  | { readonly status: 'failed'; readonly error: ExecutionError }
  /** The latch's signal ended the guest. The host knows why, the guest where. */
  | { readonly status: 'stopped'; readonly place?: GuestPlace }
  /** The guest was torn down while it waited. It is recreated from the journal. */
  | {
      readonly status: 'parked'
      /** Number of the call that it waits for; absent when any delivery lets it go on. */
      readonly awaited?: number | undefined
      /** How many deliveries it had been handed, those of the journal included. */
      readonly received: number
    }
  /** A dry run came to the call at which it was to end. */
  | { readonly status: 'halted'; readonly request: string }
  /** The guest took another path than its journal. */
  | { readonly status: 'diverged'; readonly error: ExecutionError }
  /** Nothing has run: see {@link GuestSession.isNameOnly}. */
  | { readonly status: 'not-held' }

/** Where a program stands, in coordinates of its source as sent. */
export type GuestPlace = Pick<ExecutionError, 'line' | 'column' | 'frame' | 'stack'>

/** How far a dry run came. */
export interface DryRunReport {
  /** Number of the last call, timer or stream item that it asked for. */
  readonly asked: number
  /**
   * Requests that its journal does not answer: number, `requestText`, and the texts that earlier
   * versions wrote for them.
   */
  readonly unanswered: readonly (readonly [number, string, ...string[]])[]
  /** Where the dry run ended, when that was in a call of the program. */
  readonly place?: GuestPlace
  /** The variables of the innermost function there, when it ended at the call that was asked for. */
  readonly variables?: readonly Variable[]
}

/** What a worker reports at the end of a run. */
export interface GuestReport {
  readonly outcome: GuestOutcome
  /** Lines that no `logs` message has carried. */
  readonly logs: readonly LogLine[]
  readonly logsTruncatedBytes: number
  /** CPU time of this run. The part that repeats an earlier run is left out. */
  readonly cpuMs: number
  readonly waitMs: number
  readonly peakMemoryBytes: number
  /** Warnings for the author of the program; absent: none. */
  readonly warnings?: readonly Warning[]
  /**
   * The snapshot that the program leaves to its session; absent: the session keeps the one it had.
   */
  readonly snapshot?: Uint8Array
  /**
   * The guest holds the state that the program has left to its session, and this is its name. Without
   * a snapshot it is there alone: see {@link GuestSession.stepsSince}.
   */
  readonly leftState?: string
  /** Set for a dry run. */
  readonly dryRun?: DryRunReport
}

/** A delivery with the request that it answers. A worker replays these. */
export interface JournaledDelivery {
  readonly callNumber: number
  /** Absent: the worker asks for the text when the guest takes the delivery. */
  readonly text?: string
  readonly atMs: number
  readonly request: string
}
