import { type Contestant, runner } from '../contestants/contestant.ts'
import { type Field, openField } from '../contestants/field.ts'
import type { ProgramName } from '../programs.ts'
import {
  type Answer,
  type Effort,
  type Question,
  type Row,
  rowOf,
  type Target,
} from '../question.ts'
import { takeInTurns } from '../rounds.ts'
import { p50 } from '../samples.ts'

/** Each sample counts the executions that end within so long. */
const WINDOW_MS = 500
const QUICK_WINDOW_MS = 200
/** Of fewer the median is that of threads whose code V8 still optimizes. */
const WINDOWS = 10

export const throughput: Question = {
  title: 'Executions a second at saturation',
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const field = await openField()
  try {
    const trivial = await rates(field, 'trivial', 'trivial', effort)
    const oneCall = await rates(field, 'oneCall', 'one call', effort)
    return {
      rows: [...trivial, ...oneCall, ...field.missing],
      targets: [...targets(trivial), ...targets(oneCall)],
    }
  } finally {
    await field.close()
  }
}

async function rates(
  field: Field,
  program: ProgramName,
  what: string,
  { isQuick, count }: Effort,
): Promise<Row[]> {
  const contestants = [field.latchd, ...field.peers]
  const windowMs = isQuick ? QUICK_WINDOW_MS : WINDOW_MS
  const taken = await takeInTurns(
    contestants.map(contestant => () => rate(contestant, program, windowMs)),
    count(WINDOWS),
  )
  return contestants.map(({ name }, i) => {
    const row = rowOf(`${what}: ${name}`, '/s', taken[i])
    // Of rates the low ones are the bad ones, which p99 is to tell.
    return { ...row, samples: row.samples.toReversed() }
  })
}

async function rate(
  contestant: Contestant,
  program: ProgramName,
  windowMs: number,
): Promise<number> {
  const run = runner(contestant, program)
  const from = performance.now()
  let ended = 0
  const lane = async () => {
    while (performance.now() - from < windowMs) {
      await run()
      ended++
    }
  }
  await Promise.all(Array.from({ length: contestant.maxInFlight }, lane))
  return (ended / (performance.now() - from)) * 1000
}

/** Ten times what `run` completes, and twelve times what isolated-vm does. */
function targets(rows: readonly Row[]): Target[] {
  const [latchd, ...peers] = rows
  const atLeast = (times: number, library: string): Target[] => {
    const peer = peers.find(({ name }) => name.includes(`: ${library} `))
    if (latchd === undefined || peer === undefined || peer.missing !== undefined) return []
    return [
      {
        what: `${latchd.name} against ${times} × ${peer.name}`,
        value: p50(latchd.samples),
        bound: times * p50(peer.samples),
        unit: '/s',
        sense: 'at least',
      },
    ]
  }
  return [...atLeast(10, 'run'), ...atLeast(12, 'isolated-vm')]
}
