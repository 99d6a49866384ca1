import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../daemon-process.ts'
import { buildPublished } from '../published.ts'
import type { Answer, Effort, Question, Row, Target } from '../question.ts'
import { p50, sorted } from '../samples.ts'

const IMPORTS = 15
const MAX_IMPORT_MS = 40

export const importTime: Question = {
  title: 'import of the package’s entry points, in a fresh process',
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const missing = buildPublished()
  const count = effort.count(IMPORTS)
  const client = importRow("'latchd' from source", 'sdk/index.ts', count)
  const embedded = importRow("'latchd/executor' from source", 'executor/index.ts', count)
  if (missing !== undefined) {
    const row: Row = { name: "'latchd' as published", unit: 'ms', samples: [], missing }
    return { rows: [client, embedded, row], targets: [target(client)] }
  }
  const published = importRow("'latchd' as published", 'dist/sdk/index.js', count)
  const rows = [
    client,
    published,
    embedded,
    importRow("'latchd/executor' as published", 'dist/executor/index.js', count),
  ]
  return { rows, targets: [target(client), target(published)] }
}

function importRow(name: string, file: string, count: number): Row {
  const url = JSON.stringify(pathToFileURL(join(root, file)).href)
  const script = `const from = performance.now(); await import(${url}); console.log(performance.now() - from)`
  const samples = Array.from({ length: count + 1 }, () => {
    const args = ['--input-type=module', '-e', script]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${name} cannot be imported: ${stderr}`)
    return Number(stdout)
  })
  // The first one fills the system's file cache.
  return { name, unit: 'ms', samples: sorted(samples.slice(1)) }
}

function target({ name, samples }: Row): Target {
  return {
    what: `import of ${name}, p50`,
    value: p50(samples),
    bound: MAX_IMPORT_MS,
    unit: 'ms',
    sense: 'at most',
  }
}
