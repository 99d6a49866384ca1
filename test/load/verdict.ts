/** A load's figures as text, and whether they are as they must be. */

import { p50, p99, quantile, type Samples, sorted } from '../bench/samples.ts'
import { median } from '../soak/resident.ts'
import type { LoadFigures } from './load.ts'

export interface Verdict {
  readonly text: string
  readonly isPassed: boolean
}

/**
 * What may be added to the floor of the resident memory during the load. A worker collects the guests
 * that it has dropped when they are 32 MB together (`executor/worker/standby-guests.ts`), so that it may hold
 * so much at one time that it does not at another. The heap of a process's main thread is a saw of
 * which a slow machine sees a part: from 80 MB to 265 MB between two full collections (measured, 1000
 * connections).
 */
const GROWTH_BOUND_MB = { worker: 32, process: 192 }
/**
 * What a process may have more at rest: the last 1000 ended executions
 * (`daemon/executions/kept-ended.ts`), and what allocators keep. It was 14 MB after 20 000 executions
 * (measured, 4 workers).
 */
const KEPT_BOUND_MB_PER_PROCESS = 48
/** Share of the load in which caches fill and heaps find their size. */
const WARM_UP = 0.25
const TENTHS = 10

export function judge(figures: LoadFigures): Verdict {
  const { options, workers, shots, approval, before, rest, samplesMB } = figures
  const { isolation, connections, seconds, maxQueue } = options
  const { processes } = before
  const growthBoundMB = GROWTH_BOUND_MB.worker * workers + GROWTH_BOUND_MB.process * processes
  const keptBoundMB = KEPT_BOUND_MB_PER_PROCESS * processes
  const grownMB = floorGrowth(samplesMB)
  const keptMB = rest.residentMB - before.residentMB
  const right = sorted(shots.rightMs)
  const refused = sorted(shots.refusedMs)
  const rate = right.length / shots.seconds
  const share = (cpuMs: number) => `${(cpuMs / 1000 / shots.seconds).toFixed(2)} cores`
  const checks: readonly (readonly [boolean, string])[] = [
    [
      shots.faultCount === 0 && right.length > 0,
      `answers: ${right.length} with 200 and the right value, ${refused.length} with 429, ${shots.faultCount} others`,
    ],
    [
      approval.fault === undefined,
      `approval: decided ${(seconds / 2).toFixed(0)} s into the load, acknowledged after ${ms(approval.acknowledgedMs)}, ended after ${ms(approval.endedMs)}${approval.fault === undefined ? '' : `: ${approval.fault}`}`,
    ],
    [
      grownMB <= growthBoundMB,
      `memory: its floor rose by ${grownMB} MB after the warm-up, bound ${growthBoundMB}`,
    ],
    [
      keptMB <= keptBoundMB,
      `memory: ${before.residentMB} MB before, ${rest.residentMB} MB at rest after it, bound +${keptBoundMB}`,
    ],
  ]
  const lines = [
    `load: isolation ${isolation}, ${connections} connections for ${seconds} s, ${workers} workers, queue ${maxQueue ?? 'as by default'}`,
    `      200: ${rate.toFixed(0)} a second, ${quantiles(right)}; ${connections} connections at that rate wait ${ms((connections / rate) * 1000)} each`,
    `      429: ${(refused.length / shots.seconds).toFixed(0)} a second, ${quantiles(refused)}`,
    `      CPU: daemon ${share(figures.cpuMs)}, ${(figures.cpuMs / right.length).toFixed(1)} ms for each 200; autocannon ${share(shots.cpuMs)}`,
    `      resident MB by tenths: ${byTenths(samplesMB).join(' ')}`,
    ...checks.map(([isMet, what]) => `${isMet ? 'pass' : 'FAIL'}  ${what}`),
    ...shots.faults.map(fault => `      ${fault}`),
  ]
  return { text: lines.join('\n'), isPassed: checks.every(([isMet]) => isMet) }
}

function quantiles(samples: Samples): string {
  if (samples.length === 0) return 'none'
  const p90 = quantile(samples, 0.9)
  return `p50 ${ms(p50(samples))}, p90 ${ms(p90)}, p99 ${ms(p99(samples))}, max ${ms(samples.at(-1) as number)}`
}

/**
 * From the least of the first half after the warm-up to the least of the second. Above its floor the
 * memory is a saw: V8 lets the heap grow to three times what is alive before it collects all of it.
 */
function floorGrowth(samples: readonly number[]): number {
  const warm = samples.slice(Math.floor(WARM_UP * samples.length))
  const half = Math.floor(warm.length / 2)
  return Math.min(...warm.slice(half)) - Math.min(...warm.slice(0, half))
}

/** The median of each tenth. */
function byTenths(samples: readonly number[]): number[] {
  const from = (tenth: number) => Math.floor((tenth * samples.length) / TENTHS)
  return Array.from({ length: TENTHS }, (_, n) => median(samples.slice(from(n), from(n + 1))))
}

const ms = (value: number) => `${value >= 10 ? value.toFixed(0) : value.toPrecision(2)} ms`
