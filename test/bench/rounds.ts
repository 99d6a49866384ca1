/**
 * Measures several things in turns, a block of each at a time, so that what the machine does
 * meanwhile hits all of them alike.
 */

import { setTimeout as pause } from 'node:timers/promises'
import { type Samples, sorted } from './samples.ts'

/** Takes one sample, or several at once. */
export type Take = () => Promise<number | readonly number[]>

const BLOCKS = 10
/** Between blocks: what a contestant does after its answer (dispose, replace) is not another's time. */
const SETTLE_MS = 30

/** What came of one: its samples, and why there are no more of them when it failed. */
export interface Taken {
  readonly samples: Samples
  readonly failure?: string
}

/**
 * Takes `count` samples of each, in the order given; the first taking of each block warms up. One
 * that fails is left out from then on.
 */
export async function takeInTurns(takers: readonly Take[], count: number): Promise<Taken[]> {
  const turns = takers.map(take => new Turns(take))
  const perBlock = Math.max(1, Math.ceil(count / BLOCKS))
  for (const one of turns) await one.block(perBlock)
  for (const one of turns) one.samples = []
  for (let taken = 0; taken < count; taken += perBlock) {
    for (const one of turns) {
      await pause(SETTLE_MS)
      await one.block(perBlock)
    }
  }
  return turns.map(({ samples, failure }) => ({
    samples: sorted(failure === undefined ? samples : []),
    ...(failure !== undefined && { failure }),
  }))
}

class Turns {
  samples: number[] = []
  failure: string | undefined
  #take: Take

  constructor(take: Take) {
    this.#take = take
  }

  async block(count: number): Promise<void> {
    if (this.failure !== undefined) return
    try {
      await this.#take()
      for (let n = 0; n < count; n++) this.samples.push(...[await this.#take()].flat())
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.failure = message.split('\n', 1)[0] ?? ''
    }
  }
}

/** Milliseconds that something takes. */
export function timed(run: () => Promise<unknown>): () => Promise<number> {
  return async () => {
    const from = performance.now()
    await run()
    return performance.now() - from
  }
}
