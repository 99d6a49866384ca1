/** The tools of programs that use promises, for an executor and for Node itself. */

import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import type { ToolLike } from '../../executor/index.ts'

/** What a program gives, what it noted on the way, how many of its calls were under way at once. */
export interface Ran {
  readonly value: unknown
  readonly trace: unknown[]
  readonly peak: number
}

/** Longer than the time-outs of the programs. */
const SLOW_MS = 100
/** Longest time that calls wait for others to come; only programs that do not overlap reach it. */
const LONGEST_MS = 2000

/** Answers calls in the order in which they came, each in a turn of its own. */
class InOrder {
  peak = 0
  #waiting: (() => void)[] = []
  #together: number
  #isAnswering = false

  /** @param together how many calls have to be under way before the first is answered */
  constructor(together: number) {
    this.#together = together
  }

  answer(): Promise<void> {
    const answered = new Promise<void>(resolve => this.#waiting.push(resolve))
    this.peak = Math.max(this.peak, this.#waiting.length)
    if (!this.#isAnswering) void this.#answerAll()
    return answered
  }

  async #answerAll(): Promise<void> {
    this.#isAnswering = true
    const until = Date.now() + LONGEST_MS
    while (this.peak < this.#together && Date.now() < until) await turn()
    while (this.#waiting.length > 0) {
      this.#waiting.shift()?.()
      await turn()
    }
    this.#isAnswering = false
  }
}

function makeTools(answers: () => Promise<void>) {
  return {
    num: async (n: unknown) => {
      await answers()
      return n
    },
    bad: async (x: unknown) => {
      await answers()
      throw new Error(`bad ${String(x)}`)
    },
    slow: (n: unknown): Promise<unknown> => delay(SLOW_MS, n),
  }
}

/**
 * Tools for an executor: `num(n)` gives n, `bad(x)` fails, `slow(n)` gives n after a while.
 *
 * @param together how many calls wait for each other before the first is answered
 * @returns the tools, and how many calls were under way at once
 */
export function promiseTools(together: number): {
  tools: Record<string, ToolLike>
  peak(): number
} {
  const order = new InOrder(together)
  return { tools: makeTools(() => order.answer()), peak: () => order.peak }
}

type AsyncFunction = (...args: unknown[]) => Promise<unknown>
const AsyncFunctionOf = (async () => {}).constructor as new (...text: string[]) => AsyncFunction

/** Turns of the event loop that the first call takes in Node: enough for all that comes with it. */
const TURNS = 8

/** Runs a program in Node over tools that are asynchronous functions, which answer in their order. */
export async function inNode(source: string): Promise<Ran> {
  const trace: unknown[] = []
  let underWay = 0
  let peak = 0
  let last = Promise.resolve()
  const answer = async (): Promise<void> => {
    peak = Math.max(peak, ++underWay)
    const before = last
    last = (async () => {
      await before
      for (let i = 0; i < TURNS; i++) await turn()
    })()
    await last
    underWay--
  }
  const tools = makeTools(answer)
  const run = new AsyncFunctionOf('trace', ...Object.keys(tools), 'tools', source)
  const value = await run(trace, ...Object.values(tools), tools)
  return { value, trace, peak }
}
