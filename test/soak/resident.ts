/** How much memory this process keeps after a collection. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Of the whole process, its threads included. */
export function residentMB(): number {
  collect()
  return Math.round(process.memoryUsage().rss / 1_048_576)
}

/** The median of samples, which one large sample does not move. */
export function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1] as number
}
