/**
 * The time by which executions expire, wake and are forgotten: the machine's clock, unless that has
 * jumped forward.
 *
 * A clock that was set wrong for a minute would end every execution that waits, and forget what was
 * to be kept for days. So it is held against the machine's uptime, which nobody sets and which goes
 * on while the machine sleeps. After a jump of more than {@link MAX_JUMP_MS} time goes on as the
 * uptime says, until the clock is back, or somebody has confirmed that it is right now. A clock that
 * is set back is believed: then things only come later.
 */

import { uptime } from 'node:os'

/** Both clocks, in milliseconds. */
export interface ClockSources {
  /** Since 1970, as the machine is set. */
  readonly wall: () => number
  /** Since any moment; never set, and going on while the machine sleeps. */
  readonly steady: () => number
}

/** What is kept of a clock between processes. */
export interface KeptInstant {
  readonly wallMs: number
  readonly steadyMs: number
  /** How far the clock was ahead then, beyond what is believed; 0: not at all. */
  readonly jumpMs: number
  /** When somebody said that the clock is right; 0: never. */
  readonly confirmedMs: number
}

/** Set by hand, by a time server, or by another zone: whoever corrects a clock moves it less. */
export const MAX_JUMP_MS = 3_600_000

/** The clocks of this machine. */
export const machineClock: ClockSources = {
  wall: Date.now,
  steady: () => uptime() * 1000,
}

export class TrustedClock {
  #sources: ClockSources
  #onJump: (jumpMs: number) => void
  /** What the wall clock shows as long as nobody sets it, less the steady clock. */
  #offsetMs: number
  #confirmedMs: number
  #isJumped = false

  /**
   * @param kept of an earlier process, which tells of a jump that happened since, or is not over
   * @param onJump told of a jump, and with 0 when it is gone
   */
  constructor(
    sources: ClockSources,
    kept: KeptInstant | undefined,
    onJump: (jumpMs: number) => void,
  ) {
    this.#sources = sources
    this.#onJump = onJump
    const wallMs = sources.wall()
    const steadyMs = sources.steady()
    this.#offsetMs = wallMs - steadyMs
    this.#confirmedMs = kept?.confirmedMs ?? 0
    if (kept === undefined || kept.confirmedMs > kept.wallMs) return
    // The same machine start, as far as anybody can tell; otherwise it was off for nobody knows how long.
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

  /** To be kept: see `Store.recordInstant`. */
  get kept(): KeptInstant {
    const { wall, steady } = this.#sources
    const wallMs = wall()
    const jumpMs = this.#isJumped ? wallMs - steady() - this.#offsetMs : 0
    return { wallMs, steadyMs: steady(), jumpMs, confirmedMs: this.#confirmedMs }
  }

  /** Whether the clock is not believed at the moment. */
  get isJumped(): boolean {
    return this.#isJumped
  }

  /** Somebody says that the clock was right at this instant of it. */
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
