/** Whether a figure has grown while the load stayed the same. */

import { median } from './resident.ts'

/** Share of the samples in which caches fill and heaps find their size. */
const WARM_UP = 0.25

/** From the median of the first third after the warm-up to that of the last; 0 of hardly any. */
export function growthOf(samples: readonly number[]): number {
  const warm = samples.slice(Math.floor(WARM_UP * samples.length))
  if (warm.length === 0) return 0
  const third = Math.max(1, Math.floor(warm.length / 3))
  return median(warm.slice(-third)) - median(warm.slice(0, third))
}
