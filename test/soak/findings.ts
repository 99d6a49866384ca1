/** What a soak has found, and whether it is as it must be. */

import { compare, FACTOR } from './comparison.ts'
import type { DaemonSize } from './daemon-size.ts'
import { growthOf } from './growth.ts'
import type { Latencies } from './latencies.ts'
import type { Rest } from './rest.ts'
import type { Sample } from './sampling.ts'
import type { Tally } from './tally.ts'

export interface Findings {
  /** Level and seed. */
  readonly run: string
  readonly workers: number
  /** The honest executions, of both phases. */
  readonly honest: Tally
  readonly hostile: Tally
  /** Of the honest owner, without attacks. */
  readonly base: Latencies
  readonly underAttack: Latencies
  /** Of the time under attack. */
  readonly samples: readonly Sample[]
  readonly before: Rest
  readonly after: Rest
}

/**
 * What may be added under attack. Memory breathes: each worker drops guests of up to 16 MB, and
 * collects them when they are 32 MB together, so that one holds up to 48 MB that another does not.
 */
const GROWTH_BOUND_MB_PER_WORKER = 48
/**
 * What may be left at rest. A worker keeps two guests ready, rewound in place, so that each may have
 * the memory of an attack, 16 MB.
 */
const KEPT_BOUND_MB_PER_WORKER = 32
/** The host's own heap, where executions would pile up, keeps the same at each rest. */
const HEAP_BOUND_MB = 8

/** Whether a daemon of so many workers is again what it was before. */
export function isBack(before: DaemonSize, now: DaemonSize, workers: number): boolean {
  return (
    now.residentMB <= before.residentMB + KEPT_BOUND_MB_PER_WORKER * workers &&
    now.threads === before.threads &&
    now.processes === before.processes
  )
}

/** Tells what was found, line by line; gives whether all of it is as it must be. */
export function tell(findings: Findings): boolean {
  const { run, workers, honest, hostile, base, underAttack, samples, before, after } = findings
  const table = compare(base, underAttack)
  const residentMB = samples.map(sample => sample.residentMB)
  const grownMB = growthOf(residentMB)
  const growthBoundMB = GROWTH_BOUND_MB_PER_WORKER * workers
  const keptBoundMB = KEPT_BOUND_MB_PER_WORKER * workers
  const change = (name: keyof Rest) => `${before[name]} -> ${after[name]}`
  const rows: [isMet: boolean, text: string][] = [
    [honest.wrong === 0, `honest executions failed: ${honest.wrong} of ${honest.text}`],
    [hostile.wrong === 0, `attacks worked: ${hostile.wrong} of ${hostile.text}`],
    [grownMB <= growthBoundMB, `grown under attack: ${grownMB} MB, bound ${growthBoundMB}`],
    [
      isBack(before, after, workers),
      `at rest before -> after the attacks: ${change('residentMB')} MB resident (peak ${Math.max(...residentMB)}), bound +${keptBoundMB}; ${change('threads')} threads; ${change('processes')} processes`,
    ],
    [
      after.heapMB <= before.heapMB + HEAP_BOUND_MB,
      `at rest before -> after: ${change('heapMB')} MB host heap, bound +${HEAP_BOUND_MB}`,
    ],
  ]
  console.log(`soak: ${run}: latencies of the honest owner, base -> attack, bound ${FACTOR} times`)
  console.log(table.text)
  for (const [isMet, text] of rows) console.log(`${isMet ? 'pass' : 'FAIL'}  ${text}`)
  return table.isWithin && rows.every(([isMet]) => isMet)
}
