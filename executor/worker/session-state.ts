/**
 * Brings a guest to the state of its session, at the least cost.
 *
 * The guest that ran the session's last program may still be here, with the state in its memory.
 * Otherwise the snapshot is restored, and the programs that ran since it was written are repeated
 * from their journals: they were few and short, or there would be a later snapshot.
 */

import { MessageChannel } from 'node:worker_threads'
import { LatchdError } from '../../protocol/errors.ts'
import { LATCH_BYTES } from '../../protocol/latch.ts'
import type { GuestReport, GuestSession, GuestTask, SessionStep } from '../boundary/messages.ts'
import type { Guest } from '../engine/guest.ts'
import { checksumOf } from '../engine/session-snapshot.ts'

/** Runs a task on a guest to its report. */
export type RunStep = (task: GuestTask, guest: Guest, isHeld: boolean) => GuestReport

/** The name of a session's state, by which a worker knows the guest that holds it. */
export function stateName({ state, snapshot }: GuestSession): string | undefined {
  return state ?? (snapshot && checksumOf(snapshot))
}

/** The name of the state that a program has left to its session; `undefined`: none new. */
export const leftState = ({ leftState: name, snapshot }: GuestReport): string | undefined =>
  name ?? (snapshot && checksumOf(snapshot))

/** Whether programs of a session are to be repeated before the next one. */
export const isRepeated = (session: GuestSession | undefined, isHeld: boolean): boolean =>
  !isHeld && (session?.since?.length ?? 0) > 0

/**
 * Brings a guest to the state of its session.
 *
 * @param isHeld whether the guest holds it already
 * @throws {LatchdError} SNAPSHOT_INCOMPATIBLE
 */
export function enterSession(
  { snapshot, since = [] }: GuestSession,
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
  // Nobody reads what it sends: its host has had it.
  const { port1, port2 } = new MessageChannel()
  try {
    const { outcome } = run(
      {
        ...step,
        // It kept to its time before, and may take more on a busy machine.
        limits: { ...step.limits, cpuMs: step.limits.cpuMs + REPEAT_EXTRA_MS },
        session: { snapshot },
        wantsProgram: false,
        port: port1,
        latch: new SharedArrayBuffer(LATCH_BYTES),
        dryRun: { leavesSession: true, inGuest: true },
        isRestored: false,
        emittedLogs: 0,
        chargedCpuMs: 0,
        expectedMs: undefined,
      },
      guest,
      isHeld,
    )
    if (outcome.status === step.status) return
    const now = 'error' in outcome ? outcome.error.message : outcome.status
    const message = `Cannot bring the session back: its program ${step.executionId} took another path: it was ${step.status}, and is ${now}`
    throw new LatchdError('SNAPSHOT_INCOMPATIBLE', message)
  } finally {
    port1.close()
    port2.close()
  }
}

/** What a program of a session was, for {@link isQuickToRepeat}. */
export interface StayingProgram {
  /** Programs that are to be repeated before it. */
  readonly since: number
  /** Whether the guest held the session when it began. */
  readonly isHeld: boolean
  readonly cpuMs: number
  /** Of its source, its inputs and the answers that it took. */
  readonly chars: number
  /** Whether it has asked for files, which may be gone by then. */
  readonly hasFiles: boolean
}

/** How much more time a program gets when it is repeated. */
const REPEAT_EXTRA_MS = 1000

/** A session that has to be brought back repeats so many programs at most, each as short as that. */
const MAX_STEPS = 16
const MAX_STEP_CPU_MS = 10
const MAX_STEP_CHARS = 65_536

/** Whether a session's state may stay in its guest, since its programs are repeated in no time. */
export function isQuickToRepeat({
  since,
  isHeld,
  cpuMs,
  chars,
  hasFiles,
}: StayingProgram): boolean {
  // Where programs were repeated, others take turns with the session: a snapshot is quicker there.
  if (since > 0 && !isHeld) return false
  const isShort = cpuMs <= MAX_STEP_CPU_MS && chars <= MAX_STEP_CHARS
  return since < MAX_STEPS - 1 && isShort && !hasFiles
}
