/**
 * One pass of a value through a compiled schema.
 *
 * A value is first only tested, which is fast and answers yes or no. When that fails, a second pass
 * collects the problems and their places. Both passes are bounded: schemas come from clients and
 * servers, values from programs, and both run on the host's one thread.
 */

import { joinPath } from './path.ts'
import type { Problem } from './validation.ts'
import { MAX_COLLECTED } from './validation.ts'

/** Whether a value fits. While the run collects, it also writes the problems into the run. */
export type Check = (value: unknown, run: Run, at: Path | undefined) => boolean

/** The place of a value; absent for the whole value, and in passes that do not collect. */
export interface Path {
  readonly parent: Path | undefined
  readonly key: string | number
}

/** A step is about 40 ns here (one keyword at one value), so all of them take about 0.2 s. */
export const MAX_STEPS = 5_000_000
/** Nested checks; a level of a value takes up to four, and the stack holds some ten thousand. */
const MAX_DEPTH = 1500
/** The value cannot be checked within the bounds above. */
export class TooCostly extends Error {}

/** The problems and the cost of a pass so far. */
export class Run {
  #steps = 0
  #depth = 0
  /** Present while a second pass collects. */
  problems: Problem[] | undefined
  /** Results of referenced schemas, by value; `undefined` while a check is under way. */
  #answers = new Map<Check, Map<unknown, boolean | undefined>>()
  #identities = new Map<unknown, number>()

  /** Counts work. @throws {TooCostly} */
  spend(steps: number): void {
    this.#steps += steps
    if (this.#steps > MAX_STEPS) throw new TooCostly()
  }

  /** Steps used so far. */
  get steps(): number {
    return this.#steps
  }

  /** Runs a check one level deeper. @throws {TooCostly} */
  enter(check: Check, value: unknown, at: Path | undefined): boolean {
    if (++this.#depth > MAX_DEPTH) throw new TooCostly()
    const fits = check(value, this, at)
    this.#depth--
    return fits
  }

  /** Runs a check without collecting, whatever the pass does. */
  test(check: Check, value: unknown): boolean {
    const { problems } = this
    this.problems = undefined
    const fits = this.enter(check, value, undefined)
    this.problems = problems
    return fits
  }

  /**
   * Runs a check that may refer back to itself, once for each value. While it is under way it
   * counts as passed: the value has a cycle, or the schema refers to itself in place.
   */
  testOnce(check: Check, value: unknown): boolean {
    let answers = this.#answers.get(check)
    if (answers === undefined) {
      answers = new Map()
      this.#answers.set(check, answers)
    }
    if (answers.has(value)) return answers.get(value) ?? true
    answers.set(value, undefined)
    const fits = this.test(check, value)
    answers.set(value, fits)
    return fits
  }

  /** A number that identifies this value. */
  identity(value: unknown): number {
    const known = this.#identities.get(value)
    if (known !== undefined) return known
    this.#identities.set(value, this.#identities.size)
    return this.#identities.size - 1
  }

  /** Whether further problems would not be collected. */
  get isFull(): boolean {
    return this.problems !== undefined && this.problems.length >= MAX_COLLECTED
  }

  /** Reports that a value does not fit; the message is made only when it is collected. */
  fail(at: Path | undefined, message: () => string): false {
    if (this.problems !== undefined && this.problems.length < MAX_COLLECTED) {
      this.problems.push({ path: pathText(at), message: message() })
    }
    return false
  }

  /** The place of a part; absent while the run does not collect. */
  step(parent: Path | undefined, key: string | number): Path | undefined {
    return this.problems === undefined ? undefined : { parent, key }
  }
}

function pathText(at: Path | undefined): string {
  const keys: (string | number)[] = []
  for (let step = at; step !== undefined; step = step.parent) keys.push(step.key)
  return joinPath(keys.reverse())
}
