/** What attacks cost the honest owner: latencies under attack beside those of the base. */

import { type Latencies, quantile } from './latencies.ts'

/** An honest execution may take so many times as long as without attacks. */
export const FACTOR = 3
/** A kind with fewer executions is told and not judged: its p95 would be one or two of them. */
const MIN_JUDGED = 100

const shares = { p50: 0.5, p95: 0.95 } as const

/** One line of the table. */
interface Row {
  readonly kind: string
  readonly text: string
  readonly isWithin: boolean
}

/** The table, one row for each kind and one for all of them, and whether all rows are within the factor. */
export function compare(base: Latencies, attack: Latencies): { text: string; isWithin: boolean } {
  const all = rowOf('all', base.samples(), attack.samples(), 0)
  const rows = base.kinds.map(kind =>
    rowOf(kind, base.samples(kind), attack.samples(kind), MIN_JUDGED),
  )
  return {
    text: [all, ...rows].map(({ text }) => text).join('\n'),
    isWithin: all.isWithin && rows.every(({ isWithin }) => isWithin),
  }
}

function rowOf(
  kind: string,
  base: readonly number[],
  attack: readonly number[],
  minJudged: number,
): Row {
  let isWithin = true
  const cells = Object.entries(shares).map(([name, share]) => {
    const from = quantile(base, share)
    const to = quantile(attack, share)
    const ratio = to / from
    // Also what is no number is not within.
    if (!(ratio <= FACTOR)) isWithin = false
    return `${name} ${from.toFixed(1)} -> ${to.toFixed(1)} ms, ratio ${ratio.toFixed(2)}`
  })
  const isJudged = Math.min(base.length, attack.length) >= minJudged
  const mark = isJudged ? (isWithin ? 'pass' : 'FAIL') : 'few '
  const counts = `${base.length} -> ${attack.length} executions`
  return {
    kind,
    text: `${mark}  ${kind.padEnd(16)} ${cells.join('; ')}; ${counts}`,
    isWithin: isWithin || !isJudged,
  }
}
