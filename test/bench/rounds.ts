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

/** Gives the samples of each, in the order given. The first taking of each block warms up. */
export async function takeInTurns(takers: readonly Take[], count: number): Promise<Samples[]> {
  const samples = takers.map((): number[] => [])
  const perBlock = Math.max(1, Math.ceil(count / BLOCKS))
  for (const take of takers) await warmUp(take, perBlock)
  for (let taken = 0; taken < count; taken += perBlock) {
    for (const [i, take] of takers.entries()) {
      await pause(SETTLE_MS)
      await take()
      for (let n = 0; n < perBlock; n++) samples[i]?.push(...[await take()].flat())
    }
  }
  return samples.map(sorted)
}

async function warmUp(take: Take, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await take()
}

/** Milliseconds that something takes. */
export function timed(run: () => Promise<unknown>): () => Promise<number> {
  return async () => {
    const from = performance.now()
    await run()
    return performance.now() - from
  }
}
