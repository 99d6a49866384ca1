/**
 * Brings a guest to the state of its session, at the least cost.
 *
 * The guest that ran the session's last program may still be here, with the state in its memory.
 * Otherwise the snapshot is restored, and the programs that ran since it was written are repeated
 * from their journals: they were few and short, or there would be a later snapshot.
 */

import { randomUUID } from 'node:crypto'
import { LatchdError } from '../../protocol/errors.ts'
import type { Language } from '../../protocol/execution/execution.ts'
import type {
  GuestOutcome,
  GuestReport,
  GuestSession,
  GuestTask,
  SessionStep,
} from '../boundary/messages.ts'
import { endOfRun, isSameEnd } from '../boundary/program-end.ts'
import { engineOf } from '../engine/engine.ts'
import type { Guest } from '../engine/guest.ts'
import { withDetachedLane } from './detached-lane.ts'
import type { GuestCalls } from './guest-calls.ts'
import type { WorkerLane } from './lane.ts'

/** Runs a task on a guest to its report. */
export type RunStep = (
  task: GuestTask,
  guest: Guest,
  isHeld: boolean,
  lane: WorkerLane,
) => GuestReport

/** The report of a task whose session is not here; see {@link GuestSession.isNameOnly}. */
export const notHeld: GuestReport = {
  outcome: { status: 'not-held' },
  logs: [],
  logsTruncatedBytes: 0,
  cpuMs: 0,
  waitMs: 0,
  peakMemoryBytes: 0,
}

/** Whether programs of a session are to be repeated before the next one. */
export const isRepeated = (session: GuestSession | undefined, isHeld: boolean): boolean =>
  !isHeld && (session?.since?.length ?? 0) > 0

/**
 * Brings a guest to the state of its session.
 *
 * @param language of the program that is to run in it
 * @param isHeld whether the guest holds it already
 * @throws {LatchdError} SNAPSHOT_INCOMPATIBLE
 */
export function enterSession(
  { snapshot, since = [] }: GuestSession,
  language: Language,
  guest: Guest,
  isHeld: boolean,
  run: RunStep,
): void {
  if (isHeld) {
    guest.continueSession?.()
    return
  }
  if (since.length === 0) {
    if (snapshot !== undefined) guest.restore(snapshot)
    return
  }
  const other = since.find(step => engineOf(step.language) !== engineOf(language))
  if (other !== undefined) {
    const message = `Cannot use the session for ${language}: its programs are ${other.language}`
    throw new LatchdError('SNAPSHOT_INCOMPATIBLE', message)
  }
  for (const [index, step] of since.entries()) repeat(step, index > 0, snapshot, guest, run)
  guest.continueSession?.()
}

function repeat(
  step: SessionStep,
  isHeld: boolean,
  snapshot: Uint8Array | undefined,
  guest: Guest,
  run: RunStep,
): void {
  // The host has had the messages of the first run.
  const { outcome } = withDetachedLane(lane =>
    run(
      {
        ...step,
        // It kept to its time before, and may take more on a busy machine.
        limits: { ...step.limits, cpuMs: step.limits.cpuMs + REPEAT_EXTRA_MS },
        session: { snapshot },
        serial: '',
        wantsProgram: false,
        dryRun: { leavesSession: true, inGuest: true },
        isRestored: false,
        emittedLogs: 0,
        chargedCpuMs: 0,
        expectedMs: undefined,
      },
      guest,
      isHeld,
      lane,
    ),
  )
  const end = endOfRun(outcome)
  if (end !== undefined && isSameEnd(end, step.end)) return
  const now = 'error' in outcome ? outcome.error.message : `${outcome.status} in another way`
  const message = `Cannot bring the session back: its program ${step.executionId} took another path: it was ${step.end.status}, and is ${now}`
  throw new LatchdError('SNAPSHOT_INCOMPATIBLE', message)
}

/** How much more time a program gets when it is repeated. */
const REPEAT_EXTRA_MS = 1000

/** A session that has to be brought back repeats so many programs at most, each as short as that. */
const MAX_STEPS = 16
const MAX_STEP_CPU_MS = 10
const MAX_STEP_CHARS = 65_536

/** A new name for the state that stays in a guest; `undefined` where none does. */
export function stateInGuest(
  { session }: GuestTask,
  guest: Guest,
): Pick<GuestReport, 'leftState'> | undefined {
  if (session?.stepsSince === undefined || guest.continueSession === undefined) return undefined
  return { leftState: randomUUID() }
}

/** Whether a program came to its end by itself, so that it does so again when it is repeated. */
export const isOwnEnd = (outcome: GuestOutcome): boolean =>
  outcome.status === 'completed' ||
  (outcome.status === 'failed' && outcome.error.limit === undefined)

/** What a program of a session was, for {@link mayStay}. */
export interface StayingProgram {
  /** Whether the guest held the session when it began. */
  readonly isHeld: boolean
  /** CPU time of all of its runs. */
  readonly cpuMs: number
  readonly calls: Pick<GuestCalls, 'takenChars' | 'hasFiles'>
}

/**
 * Whether a session's state may be in its guest alone, since its programs are repeated in little time:
 * see {@link GuestSession.stepsSince}.
 */
export function mayStay(
  { session, limits, source, inputs = '' }: GuestTask,
  guest: Guest,
  { isHeld, cpuMs, calls }: StayingProgram,
): boolean {
  const { stepsSince = MAX_STEPS } = session ?? {}
  // A snapshot of this memory could be too large for the session.
  if (guest.memoryBytes > limits.maxSessionBytes) return false
  // Where programs were repeated, others take turns with the session: a snapshot is quicker there.
  if (stepsSince >= MAX_STEPS - 1 || (stepsSince > 0 && !isHeld)) return false
  // Files may be gone by the time they are asked for again.
  if (calls.hasFiles || cpuMs > MAX_STEP_CPU_MS) return false
  return source.length + inputs.length + calls.takenChars <= MAX_STEP_CHARS
}
