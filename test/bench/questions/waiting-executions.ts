import { measureWaiting } from '../../drill/waiting.ts'
import type { Answer, Effort, Question, Row, Target } from '../question.ts'

const COUNTS = [1000, 10_000]
const DECISIONS = 1000
const MAX_BYTES_EACH = 2048
const KIB = 1024
/** Of the restart with the most of them. */
const MAX_RESTART_MS = 2000

export const waitingExecutions: Question = {
  title: 'Durable executions that wait for a person, after two calls each',
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const rows: Row[] = []
  const targets: Target[] = []
  for (const full of COUNTS) {
    const count = effort.count(full)
    const figures = await measureWaiting(count, effort.count(DECISIONS))
    if (figures.wrong > 0) throw new Error(`${figures.wrong} of ${count} gave a wrong value`)
    const single = (name: string, unit: Row['unit'], figure: number) => {
      rows.push({ name: `${count}: ${name}`, unit, samples: [figure] })
    }
    single('until all are parked', 'ms', figures.parkMs)
    single('resident memory each, after parking', 'KiB', figures.residentBytesEach / KIB)
    single('resident memory each, after a restart', 'KiB', figures.restartedBytesEach / KIB)
    single('disk each', 'KiB', figures.diskBytesEach / KIB)
    single('CPU per idle second', 'ms', figures.idleCpuMs)
    single('restart after kill -9', 'ms', figures.restartMs)
    rows.push({ name: `${count}: decision to answer`, unit: 'ms', samples: figures.decidedMs })
    rows.push({ name: `${count}: decision to end`, unit: 'ms', samples: figures.endedMs })
    if (full !== COUNTS.at(-1)) continue
    targets.push(
      {
        what: `memory each of ${count} waiting, after a restart`,
        value: figures.restartedBytesEach / KIB,
        bound: MAX_BYTES_EACH / KIB,
        unit: 'KiB',
        sense: 'at most',
      },
      {
        what: `restart with ${count} waiting`,
        value: figures.restartMs,
        bound: MAX_RESTART_MS,
        unit: 'ms',
        sense: 'at most',
      },
    )
  }
  return { rows, targets }
}
