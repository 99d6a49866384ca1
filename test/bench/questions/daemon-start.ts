import { scripts, startDaemonProcess } from '../daemon-process.ts'
import { buildPublished } from '../published.ts'
import type { Answer, Effort, Question, Row, Target } from '../question.ts'
import { p50, sorted } from '../samples.ts'

const STARTS = 12
const MAX_READY_MS = 400

export const daemonStart: Question = {
  title: 'From the start of the daemon’s process to its ready line',
  ask,
}

const cold = { NODE_DISABLE_COMPILE_CACHE: '1' }

async function ask(effort: Effort): Promise<Answer> {
  const missing = buildPublished()
  const starts = effort.count(STARTS)
  const rows = [
    await startRow('from source', scripts.development, starts),
    await startRow('from source, nothing compiled before', scripts.development, starts, cold),
  ]
  const published = 'as published'
  if (missing !== undefined) rows.push({ name: published, unit: 'ms', samples: [], missing })
  else {
    rows.push(
      await startRow(published, scripts.published, starts),
      await startRow('as published, nothing compiled before', scripts.published, starts, cold),
    )
  }
  const targets = rows.filter(row => !row.missing && !row.name.includes('nothing')).map(target)
  return { rows, targets }
}

async function startRow(
  name: string,
  script: string,
  count: number,
  env: Record<string, string> = {},
): Promise<Row> {
  const samples: number[] = []
  // The first start fills Node's compile cache and the system's file cache.
  for (let n = 0; n <= count; n++) {
    const daemon = await startDaemonProcess(script, { env })
    await daemon.stop()
    if (n > 0) samples.push(daemon.readyMs)
  }
  return { name, unit: 'ms', samples: sorted(samples) }
}

function target({ name, samples }: Row): Target {
  return {
    what: `ready ${name}, p50`,
    value: p50(samples),
    bound: MAX_READY_MS,
    unit: 'ms',
    sense: 'at most',
  }
}
