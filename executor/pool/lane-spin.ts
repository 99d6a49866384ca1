/**
 * When the waits at both ends of a lane spin: those for the answers of calls, by how long the calls take,
 * and those between programs and for their ends, by how fast the programs follow each other.
 */

import { SPIN } from '../../protocol/latch.ts'
import { callTerms, programTerms, SpinChoice } from '../boundary/spin-choice.ts'
import { type Looked, mayFallAsleep, stayAwake } from './wakeful-loop.ts'

/** The spinning of one lane, whose executions come one after the other. */
export class LaneSpin {
  #lane: Looked & { readonly words: Int32Array }
  /** By the calls of its last guests, which had the same tools. */
  #calls = new SpinChoice(callTerms)
  /** JSON of these tools. */
  #tools: string | undefined
  #programs = new SpinChoice(programTerms)
  /** Whether there is a core for each thread at work. */
  #maySpin: () => boolean = () => false
  /** When the last program was handed over, and when its last message came. */
  #programMs: number | undefined
  #messageMs: number | undefined
  /** Whether the calls spin at the moment, and the programs: so it was chosen, and there is a core. */
  #callsSpin = false
  #programsSpin = false
  #now: () => number

  /** @param now milliseconds of a clock that goes on steadily */
  constructor(lane: Looked & { readonly words: Int32Array }, now = () => performance.now()) {
    this.#lane = lane
    this.#now = now
  }

  /** A program is about to be handed over. @param tools its tools, as JSON */
  begin(tools: string, maySpin: () => boolean): void {
    const nowMs = this.#now()
    // Waits that slept because there was no core for them say nothing of the waits that spin.
    const isAsChosen = this.#programsSpin === this.#programs.isSpinning
    if (this.#programMs !== undefined && isAsChosen) this.#programs.took(nowMs - this.#programMs)
    this.#programMs = nowMs
    this.#messageMs = undefined
    this.#maySpin = maySpin
    // Other tools take other times.
    if (tools !== this.#tools) this.#calls = new SpinChoice(callTerms)
    this.#tools = tools
    this.#calls.beginGuest()
    this.#choose()
  }

  /** The program is handed over. */
  begun(): void {
    this.#awaitWorker()
  }

  /** A message of the program has come. */
  noteMessage(): void {
    const nowMs = this.#now()
    const isAsChosen = this.#callsSpin === this.#calls.isSpinning
    if (this.#messageMs !== undefined && isAsChosen) this.#calls.took(nowMs - this.#messageMs)
    this.#messageMs = nowMs
    this.#choose()
    if (this.#callsSpin || this.#programsSpin) mayFallAsleep()
  }

  /** A call is answered. */
  noteAnswer(): void {
    if (this.#messageMs !== undefined) {
      const ms = this.#now() - this.#messageMs
      this.#calls.answered(ms)
      this.#programs.answered(ms)
    }
    this.#choose()
    this.#awaitWorker()
  }

  /** The program has ended. */
  end(): void {
    if (this.#callsSpin || this.#programsSpin) mayFallAsleep()
    this.#callsSpin = false
    this.#setWord(this.#programsSpin && this.#maySpin())
  }

  #choose(): void {
    const maySpin = this.#maySpin()
    this.#callsSpin = maySpin && this.#calls.isSpinning
    this.#programsSpin = maySpin && this.#programs.isSpinning
    this.#setWord(this.#callsSpin || this.#programsSpin)
  }

  #setWord(spins: boolean): void {
    // Read by the worker before it sleeps.
    Atomics.store(this.#lane.words, SPIN, spins ? 1 : 0)
  }

  #awaitWorker(): void {
    if (this.#programsSpin) stayAwake(programTerms.spinMs, this.#lane)
    else if (this.#callsSpin) stayAwake(callTerms.spinMs, this.#lane)
  }
}
