/** The tools of programs that use promises, for an executor and for Node itself. */

import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import type { ToolLike } from '../../executor/index.ts'

/** What a program gives, and how many calls were under way at once, up to each call of `idle`. */
export interface Ran {
  readonly value: unknown
  readonly peaks: number[]
}

/** Longer than the time-outs of the programs. */
const SLOW_MS = 100
/** Longest time that calls wait for others to come; only programs that do not overlap reach it. */
const LONGEST_MS = 2000

/** Answers calls in the order in which they came, each in a turn of its own. */
class InOrder {
  readonly peaks = [0]
  #waiting: (() => void)[] = []
  #together: readonly number[]
  #isAnswering = false

  /** @param together how many calls have to be under way before the first is answered, by part */
  constructor(together: readonly number[]) {
    this.#together = together
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0
  }

  answer(): Promise<void> {
    const answered = new Promise<void>(resolve => this.#waiting.push(resolve))
    this.peaks.push(Math.max(this.peaks.pop() ?? 0, this.#waiting.length))
    if (!this.#isAnswering) void this.#answerAll()
    return answered
  }

  async #answerAll(): Promise<void> {
    this.#isAnswering = true
    const until = Date.now() + LONGEST_MS
    while (this.#isTooFew() && Date.now() < until) await turn()
    for (let answer = this.#waiting.shift(); answer; answer = this.#waiting.shift()) {
      answer()
      if (this.#waiting.length > 0) await turn()
    }
    this.#isAnswering = false
  }

  #isTooFew(): boolean {
    return (this.peaks.at(-1) ?? 0) < (this.#together[this.peaks.length - 1] ?? 0)
  }
}

function makeTools(answers: () => Promise<void>, isIdle: () => boolean, peaks: number[]) {
  return {
    num: async (n: unknown) => {
      await answers()
      return n
    },
    bad: async (x: unknown) => {
      await answers()
      throw new Error(`bad ${String(x)}`)
    },
    idle: async () => {
      while (!isIdle()) await turn()
      peaks.push(0)
    },
    slow: (n: unknown): Promise<unknown> => delay(SLOW_MS, n),
  }
}

/**
 * Tools for an executor: `num(n)` gives n, `bad(x)` fails, `slow(n)` gives n after a while,
 * `idle()` waits until no call is under way.
 *
 * @param together how many calls wait for each other before the first is answered, up to each call
 *   of `idle`
 * @returns the tools, and how many calls were under way at once
 */
export function promiseTools(together: readonly number[]): {
  tools: Record<string, ToolLike>
  peaks: readonly number[]
} {
  const order = new InOrder(together)
  const { peaks } = order
  return {
    tools: makeTools(
      () => order.answer(),
      () => order.isIdle,
      peaks,
    ),
    peaks,
  }
}

type AsyncFunction = (...args: unknown[]) => Promise<unknown>
const AsyncFunctionOf = (async () => {}).constructor as new (...text: string[]) => AsyncFunction

/** Turns of the event loop that the first call takes in Node: enough for all that comes with it. */
const TURNS = 8

/** Runs a program in Node over tools that are asynchronous functions, which answer in their order. */
export async function inNode(source: string): Promise<Ran> {
  let underWay = 0
  const peaks = [0]
  let last = Promise.resolve()
  const answer = async (): Promise<void> => {
    peaks.push(Math.max(peaks.pop() ?? 0, ++underWay))
    const before = last
    last = (async () => {
      await before
      for (let i = 0; i < TURNS; i++) await turn()
    })()
    await last
    underWay--
  }
  const tools = makeTools(answer, () => underWay === 0, peaks)
  const run = new AsyncFunctionOf(...Object.keys(tools), 'tools', source)
  const value = await run(...Object.values(tools), tools)
  return { value, peaks }
}
