import { Latchd } from '../../../sdk/index.ts'
import { scripts, startDaemonProcess } from '../daemon-process.ts'
import { programs } from '../programs.ts'
import { type Answer, type Effort, type Question, rowOf } from '../question.ts'
import { sorted } from '../samples.ts'

const STARTS = 10
/** Which executions of a new daemon are rows; the last is the measure of the others. */
const NTH = [1, 10, 100, 1000]
/** The tenth takes at most so many times what the last takes. */
const MAX_TENTH = 3
/** Around the one that counts: one alone would be mostly the machine's noise. */
const NEIGHBOURS = 2

export const coldDaemon: Question = {
  title: 'The first executions of a daemon that has just come up',
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const samples = NTH.map((): number[] => [])
  for (let start = 0; start < effort.count(STARTS); start++) {
    const took = await executionsOf(NTH.at(-1) as number)
    for (const [i, nth] of NTH.entries()) samples[i]?.push(around(took, nth))
  }
  const rows = NTH.map((nth, i) =>
    rowOf(`execution ${nth}`, 'ms', { samples: sorted(samples[i] ?? []) }),
  )
  const [, tenth = Number.NaN, , last = Number.NaN] = rows.map(row => median(row.samples))
  return {
    rows,
    targets: [
      {
        what: `the tenth execution against ${MAX_TENTH} of the thousandth, p50`,
        value: tenth,
        bound: last * MAX_TENTH,
        unit: 'ms',
        sense: 'at most',
      },
    ],
  }
}

/** Milliseconds that each of the first executions of a new daemon takes, one after another. */
async function executionsOf(count: number): Promise<number[]> {
  const daemon = await startDaemonProcess(scripts.development)
  const client = new Latchd({ url: daemon.url })
  const source = programs.trivial.source()
  try {
    const took: number[] = []
    for (let n = 0; n < count; n++) {
      const fromMs = performance.now()
      await client.executeOrThrow({ source })
      took.push(performance.now() - fromMs)
    }
    return took
  } finally {
    await client.close()
    await daemon.stop()
  }
}

/** The first as it is; of the others the middle of their neighbourhood. */
function around(took: readonly number[], nth: number): number {
  if (nth === 1) return took[0] as number
  return median(sorted(took.slice(nth - 1 - NEIGHBOURS, nth + NEIGHBOURS)))
}

function median(samples: readonly number[]): number {
  return samples[Math.floor(samples.length / 2)] ?? Number.NaN
}
