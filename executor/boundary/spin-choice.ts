/**
 * Whether the waits at both ends of a lane spin or sleep: adaptive spinning, as mutexes have it, for both
 * ends at once.
 *
 * To sleep and be woken costs each end 5 to 40 µs, and most where the hypervisor halts idle cores: more
 * than all else of a small call, and a quarter of a small program. To spin costs the core. So waits spin
 * only after rounds (calls of a guest, or programs of a lane) that were short, and as long as those that
 * spun were clearly shorter than those that slept. Where an end has no core of its own, they are not.
 *
 * What the calls of one guest have shown holds for the next guest with the same tools. To learn it anew
 * costs each program three sleeps, and where spinning does not pay two spins in vain, each of which ends
 * at both ends only after its longest time.
 */

/** What is short, and what spinning has to gain. */
export interface SpinTerms {
  /** No wait spins for longer, in milliseconds. */
  readonly spinMs: number
  /** A round is short when it begins within this many milliseconds of the one before it. */
  readonly shortMs: number
  /**
   * The most short rounds that sleep after one that spun in vain. Each such one doubles them, until a whole
   * block has spun. A collection of garbage makes a round long now and then.
   */
  readonly maxPause: number
  /** Spinning is worth a core where a round takes at most this share of the time. */
  readonly worth: number
}

/** From one call of a guest to the next. */
export const callTerms: SpinTerms = { spinMs: 0.1, shortMs: 0.2, maxPause: 256, worth: 0.9 }
/** From one program of a lane to the next, of which each end waits for the other most of the time. */
export const programTerms: SpinTerms = { spinMs: 0.25, shortMs: 2, maxPause: 16, worth: 0.95 }

/** Short rounds before the first that spins. */
const FIRST_PAUSE = 2
/** Rounds that go one way before the ways are compared. */
const BLOCK = 16
/** Each so-manieth block goes the way that was the worse one, to learn whether it still is. */
const TRY_EVERY = 16
/** How much one round changes the mean of its way. */
const WEIGHT = 1 / 8

/** The choice for the rounds of one lane, one after the other. Made by its host, which sees all of them. */
export class SpinChoice {
  #terms: SpinTerms
  #isSpinning = false
  /** Rounds of the guest after its first. */
  #rounds = 0
  /** Short rounds that are to sleep before the ways are compared. */
  #pause = FIRST_PAUSE
  #nextPause = FIRST_PAUSE
  #leftInBlock = 1
  #blocks = 0
  /** Smoothed milliseconds from one short round to the next, by way; absent: not known. */
  #spunMs: number | undefined
  #sleptMs: number | undefined

  constructor(terms: SpinTerms) {
    this.#terms = terms
  }

  /** Whether the waits spin from here on. */
  get isSpinning(): boolean {
    return this.#isSpinning
  }

  /** The next guest begins. It goes on as the one before it did, unless that had few rounds. */
  beginGuest(): void {
    if (this.#rounds < FIRST_PAUSE) this.#sleepFirst()
    this.#rounds = 0
  }

  #sleepFirst(): void {
    if (this.#isSpinning) this.#leftInBlock = 1
    this.#isSpinning = false
    this.#pause = Math.max(this.#pause, FIRST_PAUSE)
  }

  /** A call is answered. @param ms since it came */
  answered(ms: number): void {
    if (ms > this.#terms.shortMs) this.#tookLong()
  }

  /** A round has begun. @param ms since the one before */
  took(ms: number): void {
    this.#rounds++
    if (ms > this.#terms.shortMs) this.#tookLong()
    else if (this.#pause > 0) this.#pause--
    else this.#tookShort(ms)
  }

  #tookLong(): void {
    if (!this.#isSpinning) return
    this.#isSpinning = false
    this.#pause = this.#nextPause
    this.#nextPause = Math.min(2 * this.#nextPause, this.#terms.maxPause)
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
    return this.#spunMs <= this.#terms.worth * this.#sleptMs
  }
}

const smoothed = (mean: number | undefined, ms: number): number =>
  mean === undefined ? ms : mean + (ms - mean) * WEIGHT
