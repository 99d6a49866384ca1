/**
 * The life of an execution in a store: the rules that every store follows.
 *
 *     submit ─▶ queued ─▶ running ⇄ waiting        claim, take: any of these three ─▶ running, epoch + 1
 *                  │         │                      park:   running ─▶ waiting, unless it is ready
 *                  └────┬────┘                      finish: queued or running ─▶ ended or stuck
 *                       ▼                           retry:  stuck ─▶ queued
 *        completed, failed, cancelled, stuck
 *
 * Beside its state an execution has an owner, or it has none and an instant from which it can be
 * claimed. The owner is the holder of the epoch. An execution that waits, has ended or is stuck has
 * no owner.
 */

import type { CallApproval } from '../../../executor/boundary/call-approval.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { Execution, ExecutionStatus } from '../../../protocol/execution/execution.ts'
import { FIRST_EPOCH } from '../first-epoch.ts'
import type { Addition, SubmitMode } from '../store.ts'

/** The states of an execution that has not ended and is not stuck. */
export type LiveState = 'queued' | 'running' | 'waiting'

/** Whether an execution has neither ended nor become stuck. */
export function isLive(state: ExecutionStatus): state is LiveState {
  return state === 'queued' || state === 'running' || state === 'waiting'
}

/** How an execution stands in a store. */
export interface Standing {
  readonly state: ExecutionStatus
  readonly epoch: number
  /** How often a daemon was lost with it since its last record. */
  readonly losses: number
  /** When it can be claimed, in epoch milliseconds; `null`: it has an owner, or has ended, or is stuck. */
  readonly wake_ms: number | null
}

/** An execution that may be claimed at any instant. */
export const AT_ONCE_MS = 0

/** A new execution. */
export function submitted(
  { state, createdAtMs }: { readonly state: 'queued' | 'running'; readonly createdAtMs: number },
  mode: SubmitMode,
): Standing {
  const wake_ms = mode === 'queue' ? createdAtMs : null
  return { state, epoch: FIRST_EPOCH, losses: 0, wake_ms }
}

/** Whether an execution can be claimed now, as far as its session allows it. */
export function isClaimable({ state, wake_ms }: Standing, nowMs: number): boolean {
  return isLive(state) && wake_ms !== null && wake_ms <= nowMs
}

/** Whether an execution has no owner, so that it can be taken. */
export function isFree({ state, wake_ms }: Standing): boolean {
  return isLive(state) && wake_ms !== null
}

/** An execution that gets an owner. */
export function claimed({ epoch, losses }: Standing): Standing {
  return { state: 'running', epoch: epoch + 1, losses, wake_ms: null }
}

/**
 * The execution for its owner under an epoch.
 *
 * @param found `undefined`: the store does not have it
 * @throws {LatchdError} `STALE_OWNER`: it has a newer owner or none, or is not there
 */
export function ownedUnder<S extends Standing>(
  found: S | undefined,
  executionId: string,
  epoch: number,
): S {
  if (found?.epoch === epoch && isOwned(found)) return found
  const free = found?.wake_ms === null ? '' : ', without an owner'
  const what =
    found === undefined ? 'it is not there' : `it is ${found.state} in epoch ${found.epoch}${free}`
  throw new LatchdError(
    'STALE_OWNER',
    `Cannot write to execution ${executionId} in epoch ${epoch}: ${what}`,
  )
}

/** Whether an execution has an owner. */
export function isOwned({ state, wake_ms }: Standing): boolean {
  return (state === 'running' || state === 'queued') && wake_ms === null
}

/** An execution after an addition of its owner. One that has a start time runs. */
export function appended(before: Standing, addition: Addition): Standing {
  const state = addition.startedAtMs === undefined ? before.state : 'running'
  return standing(before, { state, losses: lossesAfter(before, addition) })
}

/**
 * An execution that its owner parks. It stays with its owner when it is ready.
 *
 * @param isReady whether it has a decision without a delivery, after this addition
 */
export function parked(
  before: Standing,
  addition: Addition & { readonly wakeAtMs: number },
  isReady: boolean,
): Standing {
  const { epoch } = before
  const losses = lossesAfter(before, addition)
  if (isReady) return { state: 'running', epoch, losses, wake_ms: null }
  return { state: 'waiting', epoch, losses, wake_ms: addition.wakeAtMs }
}

/** An execution that ends, or becomes stuck. */
export function finished(before: Standing, { status }: Pick<Execution, 'status'>): Standing {
  return standing(before, { state: status, wake_ms: null })
}

/** An execution that its owner gives up. */
export function givenBack(before: Standing, fromMs: number): Standing {
  return standing(before, { wake_ms: fromMs })
}

/** A stuck execution that goes on; `undefined` when it is not stuck. */
export function retried({ state, epoch }: Standing): Standing | undefined {
  if (state !== 'stuck') return undefined
  return { state: 'queued', epoch, losses: 0, wake_ms: AT_ONCE_MS }
}

/**
 * An execution after one of its approvals was decided: one that waits can go on at once.
 *
 * @param isReady whether it has yet to get the decision
 */
export function afterDecision(before: Standing, isReady: boolean): Standing {
  const isNext = before.state === 'waiting' && isReady
  return standing(before, isNext ? { wake_ms: AT_ONCE_MS } : {})
}

/**
 * Whether an execution has yet to get the decision of a call.
 *
 * @param isDelivered whether the call has its delivery already
 */
export function awaitsDelivery(
  state: ExecutionStatus,
  { approval }: CallApproval,
  isDelivered: boolean,
): boolean {
  return approval.status !== 'pending' && !isDelivered && (isLive(state) || state === 'stuck')
}

/** The standing of a row, which has more columns, with what changes. */
function standing(
  { state, epoch, losses, wake_ms }: Standing,
  change: Partial<Standing>,
): Standing {
  return { state, epoch, losses, wake_ms, ...change }
}

/** A new record shows that an execution gets on. */
function lossesAfter({ losses }: Standing, { records = [] }: Addition): number {
  return records.length > 0 ? 0 : losses
}
