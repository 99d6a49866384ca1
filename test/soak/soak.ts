/**
 * Runs random mixtures of programs for minutes: honest ones, calls, streams, timers, exact values,
 * hostile ones, cancels. Exits with 1 when one of them ends as it must not, or when the process
 * still grows after it has warmed up.
 *
 *     npm run soak -- --minutes 5 --seed 1
 */

import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createExecutor } from '../../executor/index.ts'
import { type Check, checks } from './checks.ts'
import { type Random, random } from './random.ts'
import { heapMB, median, residentMB } from './resident.ts'

/**
 * What may be added from the first third after the warm-up to the last. Resident memory breathes:
 * each worker drops guests of up to 16 MB and collects them when they are some; the host's own
 * heap, where executions would pile up, hardly moves.
 */
const RESIDENT_BOUND_MB_PER_WORKER = 48
const HEAP_BOUND_MB = 8
/** Share of the time in which caches fill and heaps find their size. */
const WARM_UP = 0.25
/** Samples in all; each costs a collection. */
const SAMPLES = 40
/** Failures that are told one by one. */
const MAX_TOLD = 20

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    workers: { type: 'string', default: String(2 * availableParallelism()) },
  },
})
const runMs = Number(values.minutes) * 60_000
const workers = Number(values.workers)
const seed = Number(values.seed)
if (!(runMs > 0) || !Number.isInteger(seed) || !Number.isInteger(workers)) {
  console.error('soak: --minutes is a positive number, --seed and --workers are whole numbers')
  process.exit(2)
}
console.log(`soak: ${values.minutes} minutes, seed ${seed}, ${workers} workers`)

const executor = createExecutor({
  workers,
  tools: {
    echo: async (value: unknown) => value,
    later: async (value: unknown) => {
      await delay(Math.random() * 3)
      return value
    },
    fail: async (message: string) => {
      throw new RangeError(message)
    },
    count: async function* (to: number) {
      for (let i = 0; i < to; i++) yield i
    },
    never: () => new Promise<never>(() => {}),
  },
})

const fromMs = performance.now()
const elapsedMs = () => performance.now() - fromMs
const ended = new Map<string, number>()
let failures = 0

async function lane(random: Random): Promise<void> {
  while (elapsedMs() < runMs) {
    const check = random.oneOf(checks)
    await run(check, random)
    ended.set(check.name, (ended.get(check.name) ?? 0) + 1)
  }
}

async function run(check: Check, random: Random): Promise<void> {
  try {
    const wrong = await check.run(executor, random)
    if (wrong === undefined) return
    tell(`${check.name}: ${wrong}`)
  } catch (error) {
    tell(`${check.name} threw ${error instanceof Error ? error.stack : String(error)}`)
  }
}

function tell(text: string): void {
  failures++
  if (failures <= MAX_TOLD) console.error(`soak: ${text}`)
}

const resident: number[] = []
const heap: number[] = []
const sampling = setInterval(() => {
  const residentSample = residentMB()
  const heapSample = heapMB()
  if (elapsedMs() > WARM_UP * runMs) {
    resident.push(residentSample)
    heap.push(heapSample)
  }
  const total = [...ended.values()].reduce((sum, count) => sum + count, 0)
  const second = (elapsedMs() / 1000).toFixed(0)
  console.log(
    `${second} s: ${residentSample} MB resident, ${heapSample} MB host heap, ${total} executions`,
  )
}, runMs / SAMPLES)

// More lanes than workers, so that there is always a queue.
await Promise.all(Array.from({ length: 3 * workers }, (_, i) => lane(random(seed + i))))
clearInterval(sampling)
await executor.close()

/** From the median of the first third to that of the last. */
function grownMB(samples: readonly number[]): number {
  const third = Math.max(1, Math.floor(samples.length / 3))
  return median(samples.slice(-third)) - median(samples.slice(0, third))
}

const residentBoundMB = RESIDENT_BOUND_MB_PER_WORKER * workers
console.log(`executions: ${[...ended].map(([name, count]) => `${name} ${count}`).join(', ')}`)
console.log(`wrong: ${failures}`)
console.log(`resident grown by ${grownMB(resident)} MB after the warm-up, bound ${residentBoundMB}`)
console.log(`host heap grown by ${grownMB(heap)} MB after the warm-up, bound ${HEAP_BOUND_MB}`)
const isFlat = grownMB(resident) <= residentBoundMB && grownMB(heap) <= HEAP_BOUND_MB
process.exitCode = failures === 0 && isFlat ? 0 : 1
