/** What a question of the benchmarks is, and what it answers. */

import type { Taken } from './rounds.ts'
import type { Samples } from './samples.ts'

/** How much is measured: everything, or just enough to see an order of magnitude. */
export interface Effort {
  readonly isQuick: boolean
  /** So many of `full` samples as this run takes; at least 1. */
  count(full: number): number
}

export type Unit = '%' | 'µs' | 'ms' | '/s' | 'KiB' | 'MiB' | 'commits'

/** A line of the table: what one contestant took. */
export interface Row {
  readonly name: string
  readonly unit: Unit
  /** Sorted, in the row's unit; one value for what is measured once. */
  readonly samples: Samples
  /** Why there is no figure, when there is none. */
  readonly missing?: string
}

/** A figure to reach; what decides is the ratio to `bound`, taken in the same run. */
export interface Target {
  readonly what: string
  readonly value: number
  readonly bound: number
  readonly unit: Unit
  readonly sense: 'at most' | 'at least'
}

export interface Answer {
  readonly rows: readonly Row[]
  readonly targets: readonly Target[]
}

export interface Question {
  /** In words, for the table's head. */
  readonly title: string
  ask(effort: Effort): Promise<Answer>
}

export function isMet({ value, bound, sense }: Target): boolean {
  return sense === 'at most' ? value <= bound : value >= bound
}

/** A contestant's row. */
export function rowOf(name: string, unit: Unit, taken: Taken | undefined): Row {
  const { samples = [], failure } = taken ?? {}
  return { name, unit, samples, ...(failure !== undefined && { missing: `failed: ${failure}` }) }
}
