/** One program on all contestants, in turns. */

import { runner } from './contestants/contestant.ts'
import { type Field, openField } from './contestants/field.ts'
import type { ProgramName } from './programs.ts'
import { type Answer, type Effort, type Row, rowOf, type Target } from './question.ts'
import { takeInTurns, timed } from './rounds.ts'
import { p50 } from './samples.ts'

/**
 * Samples of a program that takes less than a millisecond: V8 compiles for the first thousand, of which
 * `cold-daemon` tells.
 */
export const SMALL_PROGRAMS = 2000

/** Milliseconds from source to outcome; latchd's row is the first. */
export async function compare(
  program: ProgramName,
  samples: number,
  effort: Effort,
): Promise<Row[]> {
  const field = await openField()
  try {
    return await compareIn(field, program, effort.count(samples))
  } finally {
    await field.close()
  }
}

async function compareIn(field: Field, program: ProgramName, count: number): Promise<Row[]> {
  const contestants = [field.latchd, ...field.peers]
  const taken = await takeInTurns(
    contestants.map(contestant => timed(runner(contestant, program))),
    count,
  )
  const rows = contestants.map(({ name }, i) => rowOf(name, 'ms', taken[i]))
  return [...rows, ...field.missing]
}

/** Rows with the target that latchd's p50 is at most this share of the fastest peer's. */
export function atMostShareOfFastest(rows: readonly Row[], share: number, what: string): Answer {
  const [latchd, ...peers] = rows.filter(({ missing }) => missing === undefined)
  if (latchd === undefined || peers.length === 0) return { rows, targets: [] }
  const fastest = peers.reduce((a, b) => (p50(b.samples) < p50(a.samples) ? b : a))
  const target: Target = {
    what: `${what}, p50 against ${share} of the fastest peer's (${fastest.name})`,
    value: p50(latchd.samples),
    bound: p50(fastest.samples) * share,
    unit: latchd.unit,
    sense: 'at most',
  }
  return { rows, targets: [target] }
}
