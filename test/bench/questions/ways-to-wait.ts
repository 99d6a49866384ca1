import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Answer, Effort, Question, Row } from '../question.ts'
import type { WaitFigures } from '../ways-to-wait/measure-waits.ts'

const WAITS = 1000
const WAIT_MS = 1000
const MIB = 1024 * 1024

const ways = {
  'programs that are parked': 'parked.ts',
  'promises, without a program': 'promises.ts',
  'a thread each, blocked': 'threads.ts',
} as const

export const waysToWait: Question = {
  title: `${WAITS} waits of ${WAIT_MS / 1000} s at once: time until all are over, and memory`,
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const waits = effort.count(WAITS)
  const rows: Row[] = []
  for (const [name, script] of Object.entries(ways)) {
    const { tookMs, addedBytes } = await measure(script, waits)
    rows.push(
      { name: `${name}: time`, unit: 'ms', samples: [tookMs] },
      { name: `${name}: memory of all`, unit: 'MiB', samples: [addedBytes / MIB] },
    )
  }
  return { rows, targets: [] }
}

/** In a process of its own, so that one way leaves nothing to the next. */
async function measure(script: string, waits: number): Promise<WaitFigures> {
  const file = join(import.meta.dirname, '../ways-to-wait', script)
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    file,
    String(waits),
    String(WAIT_MS),
  ])
  return JSON.parse(stdout) as WaitFigures
}
