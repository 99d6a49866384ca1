import { setTimeout as delay } from 'node:timers/promises'
import { createExecutor } from '../../../executor/index.ts'
import type { Answer, Effort, Question, Row, Target } from '../question.ts'
import { p50, sorted } from '../samples.ts'

const WORKERS = 2
const ROUNDS = 5

interface Load {
  readonly name: string
  readonly executions: number
  /** One waits for so many calls, each of so many milliseconds, spread evenly. */
  readonly calls: number
  readonly callMs: readonly [number, number]
  readonly bound: Pick<Target, 'bound' | 'unit' | 'sense'>
}

const loads: readonly Load[] = [
  {
    name: '1000 executions of one 200 ms call',
    executions: 1000,
    calls: 1,
    callMs: [200, 200],
    bound: { bound: 700, unit: 'ms', sense: 'at most' },
  },
  {
    name: '200 executions of ten calls of 5 to 50 ms',
    executions: 200,
    calls: 10,
    callMs: [5, 50],
    bound: { bound: 700, unit: 'ms', sense: 'at most' },
  },
  {
    name: '2000 executions of one 5 ms call',
    executions: 2000,
    calls: 1,
    callMs: [5, 5],
    bound: { bound: 1800, unit: '/s', sense: 'at least' },
  },
]

export const scheduling: Question = {
  title: `Executions that wait, all at once on ${WORKERS} workers`,
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const rows: Row[] = []
  const targets: Target[] = []
  for (const load of loads) {
    const samples = await measure(load, effort.count(ROUNDS))
    const row: Row = { name: load.name, unit: load.bound.unit, samples }
    rows.push(row, blocked(load))
    targets.push({ what: load.name, value: p50(samples), ...load.bound })
  }
  return { rows, targets }
}

async function measure(load: Load, rounds: number): Promise<readonly number[]> {
  let made = 0
  const [shortest, longest] = load.callMs
  const executor = createExecutor({
    workers: WORKERS,
    tools: { wait: () => delay(shortest + ((made++ * 7) % (longest - shortest + 1)), 1) },
  })
  try {
    await executor.start()
    const source = `let sum = 0; for (let i = 0; i < ${load.calls}; i++) sum += wait(); sum`
    const run = () => executor.execute({ source })
    await run()
    const samples: number[] = []
    for (let n = 0; n < rounds; n++) {
      const from = performance.now()
      const ended = await Promise.all(Array.from({ length: load.executions }, run))
      const tookMs = performance.now() - from
      const wrong = ended.find(({ output }) => output !== load.calls)
      if (wrong !== undefined) throw new Error(`${load.name}: ${wrong.status}`)
      samples.push(inUnit(load, tookMs))
    }
    return sorted(samples)
  } finally {
    await executor.close()
  }
}

const inUnit = ({ bound, executions }: Load, tookMs: number) =>
  bound.unit === '/s' ? executions / (tookMs / 1000) : tookMs

/** What the waits alone take when each blocks its worker: computed, since nobody would wait for it. */
function blocked(load: Load): Row {
  const meanMs = (load.callMs[0] + load.callMs[1]) / 2
  const tookMs = (load.executions * load.calls * meanMs) / WORKERS
  const name = `  the same, each call blocking its worker (computed)`
  return { name, unit: load.bound.unit, samples: [inUnit(load, tookMs)] }
}
