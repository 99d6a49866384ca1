import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scripts } from '../daemon-process.ts'
import { buildPublished } from '../published.ts'
import type { Answer, Effort, Question, Row } from '../question.ts'
import { sorted } from '../samples.ts'

const RUNS = 12

export const runCommand: Question = {
  title: '`latchd run` of a small file, from the start of its process to its end',
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), 'latchd-bench-'))
  try {
    const file = join(folder, 'small.js')
    writeFileSync(file, 'const list = [1, 2, 3]\nlist.map(n => n * 2)\n')
    const missing = buildPublished()
    const count = effort.count(RUNS)
    const published: Row =
      missing === undefined
        ? runRow('as published', scripts.published, file, count)
        : { name: 'as published', unit: 'ms', samples: [], missing }
    const bare = row('node -e 0, for comparison', count, ['-e', '0'])
    return {
      rows: [runRow('from source', scripts.development, file, count), published, bare],
      targets: [],
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const runRow = (name: string, script: string, file: string, count: number) =>
  row(name, count, [script, 'run', file])

function row(name: string, count: number, args: readonly string[]): Row {
  const samples: number[] = []
  for (let n = 0; n <= count; n++) {
    const from = performance.now()
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`)
    // The first one fills the caches.
    if (n > 0) samples.push(performance.now() - from)
  }
  return { name, unit: 'ms', samples: sorted(samples) }
}
