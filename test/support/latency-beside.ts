/** How long trivial programs of others take while something costly is asked of a daemon. */

import { post } from './daemon.ts'

/** Programs that are timed on the quiet daemon, and at least so many beside the costly requests. */
const TIMED = 15
/** Beside others a program may take so many times as long … */
const FACTOR = 3
/** … and as much as this in any case, in milliseconds: machines are shared. */
const FLOOR_MS = 250
/** Costly requests at once. */
const AT_ONCE = 2

export interface Beside<Answer> {
  readonly answers: readonly Answer[]
  /** Whether the medians differ by no more than the factor, or lie below the floor. */
  readonly isHarmless: boolean
  /** The two medians. */
  readonly text: string
}

/** Times a trivial program without, then beside, requests that are costly. */
export async function latencyBeside<Answer>(
  url: string,
  costly: () => Promise<Answer>,
  headers: Record<string, string> = {},
): Promise<Beside<Answer>> {
  const alone: number[] = []
  while (alone.length < TIMED) alone.push(await timed(url, headers))
  let isDone = false
  const asked = Promise.all(Array.from({ length: AT_ONCE }, costly)).finally(() => {
    isDone = true
  })
  const beside: number[] = []
  do beside.push(await timed(url, headers))
  while (!isDone || beside.length < TIMED)
  const answers = await asked
  const [aloneMs, besideMs] = [median(alone), median(beside)]
  return {
    answers,
    isHarmless: besideMs <= Math.max(FLOOR_MS, FACTOR * aloneMs),
    text: `a trivial program takes ${besideMs.toFixed(1)} ms, alone ${aloneMs.toFixed(1)} ms`,
  }
}

async function timed(url: string, headers: Record<string, string>): Promise<number> {
  const fromMs = performance.now()
  await post(`${url}/v1/execute`, { source: '1' }, headers)
  return performance.now() - fromMs
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
}
