/**
 * The time by which executions expire, wake and are forgotten: the machine's clock, unless it has
 * jumped forward.
 *
 * A clock that is wrong for a minute would end every execution that waits, and would remove data
 * that must stay for days. So it is compared with the machine's uptime, which no one can set and
 * which counts while the machine sleeps. After a jump of more than {@link MAX_JUMP_MS} the time
 * follows the uptime, until the clock is back or an operator confirms it. A clock that is set back
 * is believed: then everything only happens later.
 */

import { uptime } from 'node:os'
import { steadyClock } from './steady-clock.ts'

/** Both clocks, in milliseconds. */
export interface ClockSources {
  /** Since 1970, as the machine is set. */
  readonly wall: () => number
  /** Since any moment; never set, and going on while the machine sleeps. */
  readonly steady: () => number
}

/** The state of a clock, stored between processes. */
export interface StoredInstant {
  readonly wallMs: number
  readonly steadyMs: number
  /** How far the clock was ahead of the believed time; 0: not at all. */
  readonly jumpMs: number
  /** When an operator last confirmed the clock; 0: never. */
  readonly confirmedMs: number
}

/** A correction by hand, by a time server or by another zone is smaller than this. */
export const MAX_JUMP_MS = 3_600_000

/** The clocks of this machine. */
export const machineClock: ClockSources = {
  wall: Date.now,
  steady: steadyClock({
    uptime: () => uptime() * 1000,
    process: () => performance.now(),
    wall: () => Date.now(),
  }),
}

/** A clock that follows the machine's, but not across a jump forward until it is confirmed. */
export class TrustedClock {
  #sources: ClockSources
  #onJump: (jumpMs: number) => void
  /** The wall clock less the steady clock; constant unless the wall clock is set. */
  #offsetMs: number
  #confirmedMs: number
  #isJumped = false

  /**
   * @param kept state of an earlier process, which shows a jump that happened since or is not over
   * @param onJump called with the size of a jump, and with 0 when it is gone
   */
  constructor(
    sources: ClockSources,
    kept: StoredInstant | undefined,
    onJump: (jumpMs: number) => void,
  ) {
    this.#sources = sources
    this.#onJump = onJump
    const wallMs = sources.wall()
    const steadyMs = sources.steady()
    this.#offsetMs = wallMs - steadyMs
    this.#confirmedMs = kept?.confirmedMs ?? 0
    if (kept === undefined || kept.confirmedMs > kept.wallMs) return
    // The machine was not started again, as far as this shows. After a start its downtime is
    // unknown.
    if (steadyMs >= kept.steadyMs) this.#offsetMs = kept.wallMs - kept.jumpMs - kept.steadyMs
    else if (kept.jumpMs > 0 && wallMs >= kept.wallMs - MAX_JUMP_MS) this.#offsetMs -= kept.jumpMs
    this.check()
  }

  /** Epoch milliseconds. */
  now = (): number => {
    this.check()
    const { wall, steady } = this.#sources
    return this.#isJumped ? steady() + this.#offsetMs : wall()
  }

  /** The state to store: see `Store.recordInstant`. */
  get kept(): StoredInstant {
    const { wall, steady } = this.#sources
    const wallMs = wall()
    const jumpMs = this.#isJumped ? wallMs - steady() - this.#offsetMs : 0
    return { wallMs, steadyMs: steady(), jumpMs, confirmedMs: this.#confirmedMs }
  }

  /** Whether the clock is not believed at the moment. */
  get isJumped(): boolean {
    return this.#isJumped
  }

  /** Takes an operator's confirmation that the clock was right when it showed `atMs`. */
  confirm(atMs: number): void {
    if (atMs <= this.#confirmedMs) return
    this.#confirmedMs = atMs
    const { wall, steady } = this.#sources
    this.#offsetMs = wall() - steady()
    this.check()
  }

  /** Looks for a jump; cheap, and done with each reading. */
  check(): void {
    const { wall, steady } = this.#sources
    const offsetMs = wall() - steady()
    const jumpMs = offsetMs - this.#offsetMs
    // It follows what time servers do in small steps.
    if (Math.abs(jumpMs) <= MAX_JUMP_MS) this.#offsetMs = offsetMs
    const isJumped = jumpMs > MAX_JUMP_MS
    if (isJumped === this.#isJumped) return
    this.#isJumped = isJumped
    this.#onJump(isJumped ? jumpMs : 0)
  }
}
