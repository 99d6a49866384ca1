/** Random bits from the system, fetched for many executions at once: each fetch takes microseconds. */

import { randomFillSync } from 'node:crypto'

const IDS_PER_FETCH = 64
const BYTES = 16

const pool = Buffer.alloc(IDS_PER_FETCH * BYTES)
let used = pool.length

/** The next 128 random bits, to be read before the next call. */
export function randomBits(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const bits = pool.subarray(used, used + BYTES)
  used += BYTES
  return bits
}
