/**
 * The messages between the daemon and its workers' process.
 *
 * They share one socket, with a line of JSON for each message. The process trusts the daemon. The
 * daemon does not trust the process: `child-message.ts` checks each message from there.
 */

import type { GuestWork } from '../../boundary/guest-pool.ts'
import { withInfinity } from '../../boundary/lane-frames.ts'
import type { Delivery, GuestMessage, GuestReport, GuestSession } from '../../boundary/messages.ts'
import type { WorkerStatistics } from '../../boundary/worker-statistics.ts'
import type { PoolOptions } from '../worker-pool.ts'

/** How often the process says which guests run and are alive. */
export const HEARTBEAT_MS = 200

/** Work in JSON. The session's state stands before it, an endless time is `null`. */
export interface SentWork extends Omit<GuestWork, 'session' | 'expectedMs'> {
  readonly session?: Omit<GuestSession, 'snapshot'>
  readonly expectedMs?: Readonly<Record<number, number | null>>
}

/** A message from the daemon to its workers' process. */
export type ToChild =
  /** The first message; the file is where the daemon's side has stored the base snapshot. */
  | {
      readonly kind: 'start'
      readonly workers: number
      readonly options: PoolOptions
      /** The key with which the process proves its lines; see `proofs.ts`. */
      readonly key: string
      readonly snapshotFile: string | undefined
    }
  | {
      readonly kind: 'run'
      readonly run: number
      readonly owner: string
      /** Its session: the thread that ran it last may hold its state. */
      readonly session: string | undefined
      readonly work: SentWork
    }
  | { readonly kind: 'deliver'; readonly run: number; readonly delivery: Delivery }
  | { readonly kind: 'stop'; readonly run: number }
  | { readonly kind: 'park'; readonly run: number; readonly isWanted: boolean }
  /**
   * The guest does not answer its interrupt, or has sent a message that no guest sends. Its thread
   * is to be ended, also when the run has ended.
   */
  | { readonly kind: 'end-thread'; readonly run: number }
  /** How many executions wait for a worker. It only matters whether any does. */
  | { readonly kind: 'pressure'; readonly waiting: number }
  | { readonly kind: 'ask'; readonly id: number; readonly what: 'statistics' | 'collect' }

/**
 * A message from the workers' process to its daemon. What a thread has sent as a text of JSON is handed
 * on as it is.
 */
export type FromChild =
  /** Its threads stand ready. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'message'; readonly run: number; readonly message: GuestMessage | string }
  | { readonly kind: 'report'; readonly run: number; readonly report: SentReport | string }
  /** The thread of the run was lost, perhaps before it had begun the run. */
  | {
      readonly kind: 'lost'
      readonly run: number
      readonly reason: string
      readonly hasBegun: boolean
    }
  /**
   * For each run whether its guest runs, and its heartbeat. Sent every {@link HEARTBEAT_MS} while
   * there are runs.
   */
  | { readonly kind: 'heartbeat'; readonly guests: readonly (readonly [number, boolean, number])[] }
  | { readonly kind: 'answer'; readonly id: number; readonly workers: readonly WorkerStatistics[] }

/** A message as it is sent, with the proof of its run, or of the process. */
export type Proved<Message> = Message & { readonly proof: string }

/** A report in JSON. The session's state stands before it. */
export type SentReport = Omit<GuestReport, 'snapshot'>

/** Work as it is sent, without the session's snapshot: its bytes are sent before the line. */
export function packWork({ session, expectedMs, ...work }: GuestWork): SentWork {
  const { snapshot: _, ...named } = session ?? {}
  return {
    ...work,
    ...(session && { session: named }),
    // Infinity becomes null by itself.
    ...(expectedMs && { expectedMs }),
  }
}

/** @param snapshot the session's state */
export function unpackWork(
  { session, expectedMs, ...work }: SentWork,
  snapshot: Uint8Array | undefined,
): GuestWork {
  return {
    ...work,
    session: session && { ...session, snapshot },
    expectedMs: expectedMs && withInfinity(expectedMs),
  }
}
