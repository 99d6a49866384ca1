/** Bounds of tests that hold on a busy machine too: longer by as much as the machine is slower now. */

import { availableParallelism, loadavg } from 'node:os'

/** Computing time of one measurement, in milliseconds. */
const SAMPLE_MS = 10
/** A measurement holds for so long. */
const FRESH_MS = 1000

/** A machine that is slower still has no time for tests. */
const MOST = 30

let measured = { atMs: Number.NEGATIVE_INFINITY, factor: 1 }

/**
 * How many times longer computing takes than it would on an idle machine, from 1: the time that
 * passes while this thread gets {@link SAMPLE_MS} of a processor, or the threads that have shared a
 * processor in the last minute, if these are more.
 */
export function slowdown(): number {
  const startedAtMs = performance.now()
  if (startedAtMs - measured.atMs < FRESH_MS) return measured.factor
  const before = process.threadCpuUsage()
  let usedMs = 0
  while (usedMs < SAMPLE_MS) {
    const { user, system } = process.threadCpuUsage(before)
    usedMs = (user + system) / 1000
  }
  const endedAtMs = performance.now()
  const shared = (loadavg()[0] as number) / availableParallelism()
  const factor = Math.max(1, (endedAtMs - startedAtMs) / usedMs, shared)
  measured = { atMs: endedAtMs, factor }
  return measured.factor
}

/**
 * A bound for what would take far less on an idle machine. Several processes and threads take part
 * in what most tests wait for, and each of them waits for its turn. Whole milliseconds.
 */
export function patience(ms: number): number {
  return Math.ceil(ms * Math.min(slowdown() ** 2, MOST))
}
