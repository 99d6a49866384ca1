/** Tools that keep a record of how many of their calls are under way at once. */

import { setTimeout as delay } from 'node:timers/promises'
import type { ToolLike } from '../../executor/index.ts'
import { patience } from './patience.ts'

/** Longest time that a call waits for others to come on an idle machine, in milliseconds. */
const LONGEST_MS = 1000

export class OverlapRecord {
  /** Most calls that were under way at the same time. */
  peak = 0
  /** `name(input)` of each call, in the order in which they came. */
  readonly calls: string[] = []
  #underWay = 0
  #met = new AbortController()
  #together: number
  #longestMs: number

  /**
   * @param together how many calls wait for each other; they answer when so many have been under
   *   way at once, so that a test of overlap depends on no clock
   * @param longestMs after which a call answers in any case
   */
  constructor(together: number, longestMs: number = patience(LONGEST_MS)) {
    this.#together = together
    this.#longestMs = longestMs
  }

  /** Tools of this record; each answers `name(input)`. */
  tools(...names: string[]): Record<string, ToolLike> {
    const call = async (name: string, input: unknown): Promise<string> => {
      const text = `${name}(${String(input)})`
      this.calls.push(text)
      this.#underWay++
      this.peak = Math.max(this.peak, this.#underWay)
      if (this.peak >= this.#together) this.#met.abort()
      await this.#wait()
      this.#underWay--
      return text
    }
    return Object.fromEntries(names.map(name => [name, (input: unknown) => call(name, input)]))
  }

  async #wait(): Promise<void> {
    try {
      await delay(this.#longestMs, undefined, { signal: this.#met.signal })
    } catch {
      // The others have come.
    }
  }
}
