/**
 * What the daemon and its workers' process tell each other.
 *
 * One socket, a line of JSON for each message. The daemon's side is trusted by the process and not
 * the other way round: what comes from there is checked by `child-message.ts`.
 */

import type { GuestWork } from '../guest-pool.ts'
import type { Delivery, GuestMessage, GuestReport } from '../messages.ts'
import type { PoolOptions } from '../pool.ts'
import type { WorkerStatistics } from '../worker/control.ts'

/** Work in JSON: bytes as base64, an endless time as `null`. */
export interface SentWork extends Omit<GuestWork, 'session' | 'expectedMs'> {
  readonly session?: { readonly snapshot?: string }
  readonly expectedMs?: Readonly<Record<number, number | null>>
}

export type ToChild =
  /** The first message; the file is where the daemon's side has stored the pristine snapshot. */
  | {
      readonly kind: 'start'
      readonly workers: number
      readonly options: PoolOptions
      readonly snapshotFile: string | undefined
    }
  | { readonly kind: 'run'; readonly run: number; readonly work: SentWork }
  | { readonly kind: 'deliver'; readonly run: number; readonly delivery: Delivery }
  | { readonly kind: 'stop'; readonly run: number }
  | { readonly kind: 'park'; readonly run: number; readonly isWanted: boolean }
  /** The guest does not answer its interrupt: its thread is to be ended. */
  | { readonly kind: 'end-thread'; readonly run: number }
  /** How many wait for a worker, as far as it matters: some or none. */
  | { readonly kind: 'pressure'; readonly waiting: number }
  | { readonly kind: 'ask'; readonly id: number; readonly what: 'statistics' | 'collect' }

export type FromChild =
  /** Its threads stand ready. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'message'; readonly run: number; readonly message: GuestMessage }
  | { readonly kind: 'report'; readonly run: number; readonly report: SentReport }
  /** The thread of the run was lost. */
  | { readonly kind: 'lost'; readonly run: number; readonly reason: string }
  /** Of each run whether its guest runs, and its beat; now and then while there are runs. */
  | { readonly kind: 'pulse'; readonly guests: readonly (readonly [number, boolean, number])[] }
  | { readonly kind: 'answer'; readonly id: number; readonly workers: readonly WorkerStatistics[] }

/** A report in JSON: bytes as base64. */
export interface SentReport extends Omit<GuestReport, 'snapshot'> {
  readonly snapshot?: string
}

export function packWork({ session, expectedMs, ...work }: GuestWork): SentWork {
  const snapshot = session?.snapshot
  return {
    ...work,
    ...(session && {
      session: snapshot === undefined ? {} : { snapshot: Buffer.from(snapshot).toString('base64') },
    }),
    // Infinity becomes null by itself.
    ...(expectedMs && { expectedMs }),
  }
}

export function unpackWork({ session, expectedMs, ...work }: SentWork): GuestWork {
  const text = session?.snapshot
  const snapshot = text === undefined ? undefined : Buffer.from(text, 'base64')
  return {
    ...work,
    session: session && { snapshot },
    expectedMs:
      expectedMs &&
      Object.fromEntries(Object.entries(expectedMs).map(([tool, ms]) => [tool, ms ?? Infinity])),
  }
}

export function packReport({ snapshot, ...report }: GuestReport): SentReport {
  if (snapshot === undefined) return report
  return { ...report, snapshot: Buffer.from(snapshot).toString('base64') }
}

export function unpackReport({ snapshot, ...report }: SentReport): GuestReport {
  if (snapshot === undefined) return report
  return { ...report, snapshot: Buffer.from(snapshot, 'base64') }
}
