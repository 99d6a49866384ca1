/** Runs many waits at once in this process, and prints what they took. */

import { readFileSync } from 'node:fs'
import { setInterval as ticks } from 'node:timers/promises'

/** One way to wait. */
export interface Way {
  /** Resolves with `done` after the wait. */
  readonly wait: () => Promise<unknown>
  readonly end: () => Promise<void>
}

export interface WaitFigures {
  /** From the first wait to the end of the last, milliseconds. */
  readonly tookMs: number
  /** What the waits added to the resident set at its largest, bytes. */
  readonly addedBytes: number
}

/** How often the resident set is looked at while all wait. */
const LOOK_MS = 50

/** The counts are the arguments of the process: waits, and milliseconds of each. */
export async function measureWaits(prepare: (waitMs: number) => Promise<Way>): Promise<void> {
  const [count = 0, waitMs = 0] = process.argv.slice(2).map(Number)
  const { wait, end } = await prepare(waitMs)
  await wait()
  const before = residentBytes()
  let largest = before
  const looking = new AbortController()
  const looks = watch(looking.signal, () => {
    largest = Math.max(largest, residentBytes())
  })
  const from = performance.now()
  const values = await Promise.all(Array.from({ length: count }, wait))
  const tookMs = performance.now() - from
  looking.abort()
  await looks
  await end()
  if (values.some(value => value !== 'done')) throw new Error('A wait gave a wrong value')
  const figures: WaitFigures = { tookMs, addedBytes: largest - before }
  console.log(JSON.stringify(figures))
}

async function watch(signal: AbortSignal, look: () => void): Promise<void> {
  try {
    for await (const _ of ticks(LOOK_MS, undefined, { signal })) look()
  } catch (error) {
    if (!signal.aborted) throw error
    // Told to stop.
  }
}

function residentBytes(): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss()
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(kib) * 1024
}
