/**
 * Whether the waits of a guest and of its host spin or sleep: adaptive spinning, as mutexes have it, for
 * both ends of a lane at once.
 *
 * To sleep and be woken costs each end 5 to 40 µs, and most where the hypervisor halts idle cores: more
 * than all else of a small call. To spin costs the core. So a guest's calls spin only after calls that
 * were short, and as long as those that spun were clearly shorter than those that slept. Where an end
 * has no core of its own, they are not.
 *
 * What the calls of one guest have shown holds for the next guest with the same tools. To learn it anew
 * costs each program three sleeps, and where spinning does not pay two spins in vain, each of which ends
 * at both ends only after SPIN_MS.
 */

/** No wait spins for longer, in milliseconds. */
export const SPIN_MS = 0.1

/** A call is short when it comes within this many milliseconds of the one before it. */
const SHORT_MS = 0.2
/** Short calls before the first that spins. */
const FIRST_PAUSE = 2
/**
 * Short calls that sleep after one that spun in vain: twice as many after each, up to this, until a
 * whole block has spun. A collection of garbage makes a call long now and then.
 */
const MAX_PAUSE = 256
/** Calls that go one way before the ways are compared. */
const BLOCK = 16
/** Each so-manieth block goes the way that was the worse one, to learn whether it still is. */
const TRY_EVERY = 16
/** Spinning is worth a core where it takes at most this share of the time. */
const WORTH = 0.9
/** How much one call changes the mean of its way. */
const WEIGHT = 1 / 8

/**
 * The choice for the guests of one lane, one after the other. Made by their host, which sees all of
 * their calls.
 */
export class SpinChoice {
  #isSpinning = false
  /** Calls of the guest after its first. */
  #calls = 0
  /** Short calls that are to sleep before the ways are compared. */
  #pause = FIRST_PAUSE
  #nextPause = FIRST_PAUSE
  #leftInBlock = 1
  #blocks = 0
  /** Smoothed milliseconds from one short call to the next, by way; absent: not known. */
  #spunMs: number | undefined
  #sleptMs: number | undefined

  /** Whether the waits spin from here on. */
  get isSpinning(): boolean {
    return this.#isSpinning
  }

  /** The next guest begins. It goes on as the one before it did, unless that had few calls. */
  beginGuest(): void {
    if (this.#calls < FIRST_PAUSE) this.#sleepFirst()
    this.#calls = 0
  }

  #sleepFirst(): void {
    if (this.#isSpinning) this.#leftInBlock = 1
    this.#isSpinning = false
    this.#pause = Math.max(this.#pause, FIRST_PAUSE)
  }

  /** A call is answered. @param ms since it came */
  answered(ms: number): void {
    if (ms > SHORT_MS) this.#tookLong()
  }

  /** A call has come. @param ms since the one before */
  took(ms: number): void {
    this.#calls++
    if (ms > SHORT_MS) this.#tookLong()
    else if (this.#pause > 0) this.#pause--
    else this.#tookShort(ms)
  }

  #tookLong(): void {
    if (!this.#isSpinning) return
    this.#isSpinning = false
    this.#pause = this.#nextPause
    this.#nextPause = Math.min(2 * this.#nextPause, MAX_PAUSE)
    this.#leftInBlock = 1
  }

  #tookShort(ms: number): void {
    if (this.#isSpinning) this.#spunMs = smoothed(this.#spunMs, ms)
    else this.#sleptMs = smoothed(this.#sleptMs, ms)
    if (--this.#leftInBlock > 0) return
    if (this.#isSpinning) this.#nextPause = FIRST_PAUSE
    const spinningIsBest = this.#spinningIsBest()
    const triesOther = ++this.#blocks % TRY_EVERY === 0
    this.#isSpinning = triesOther ? !spinningIsBest : spinningIsBest
    this.#leftInBlock = BLOCK
  }

  #spinningIsBest(): boolean {
    if (this.#spunMs === undefined || this.#sleptMs === undefined) return true
    return this.#spunMs <= WORTH * this.#sleptMs
  }
}

const smoothed = (mean: number | undefined, ms: number): number =>
  mean === undefined ? ms : mean + (ms - mean) * WEIGHT
