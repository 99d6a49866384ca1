/**
 * Shifts the wall clock of a process, for `node --import`: by `CLOCK_SHIFT_MS` from the start on, and by
 * `CLOCK_JUMP_MS` more when it gets SIGUSR2. Clocks that nobody sets stay as they are.
 */

import { env } from 'node:process'
import { isMainThread, workerData } from 'node:worker_threads'

const RealDate = Date
let shiftMs = Number(env.CLOCK_SHIFT_MS ?? 0)

class ShiftedDate extends RealDate {
  constructor(...args: readonly unknown[]) {
    super(...((args.length === 0 ? [ShiftedDate.now()] : args) as [number]))
  }

  static override now(): number {
    return RealDate.now() + shiftMs
  }
}
globalThis.Date = ShiftedDate as DateConstructor
// Threads have clocks of their own, which nothing sets later: they have what they are given.
if (isMainThread && workerData === null) {
  process.on('SIGUSR2', () => {
    shiftMs += Number(env.CLOCK_JUMP_MS ?? 0)
  })
}
