import { join } from 'node:path'
import { Latchd } from '../../../sdk/index.ts'
import { scripts, startDaemonProcess } from '../daemon-process.ts'
import type { Answer, Effort, Question, Row, Target } from '../question.ts'
import { p50, sorted } from '../samples.ts'

const WORKERS = 2
/** Executions of a sample of throughput, and how many of them are under way at once. */
const BATCH = 256
const AT_ONCE = 64
const ROUNDS = 5
const DECISIONS = 128

const PAY = 'pay(1)'
const ASK = 'human_approval("Do it?").approved'

export const durableThroughput: Question = {
  title: `Durable executions, on ${WORKERS} workers`,
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const daemon = await startDaemonProcess(scripts.development, {
    workers: WORKERS,
    logLevel: 'silent',
    tools: [join(import.meta.dirname, '..', 'pay.ts')],
  })
  const client = new Latchd({ url: daemon.url })
  const calls: number[] = []
  const parks: number[] = []
  const decisions = new Map([1, 8, 64].map(atOnce => [atOnce, [] as number[]]))
  try {
    // The first round warms up.
    for (let round = 0; round <= effort.count(ROUNDS); round++) {
      const submitted = await rate(AT_ONCE, BATCH, () => complete(client))
      const approvals: string[][] = []
      const parked = await rate(AT_ONCE, BATCH, async () => {
        approvals.push(await park(client))
      })
      const took = new Map<number, number[]>()
      for (const atOnce of decisions.keys()) {
        const some = approvals.splice(0, Math.min(DECISIONS, 16 * atOnce))
        took.set(atOnce, await decideAll(client, some, atOnce))
      }
      await decideAll(client, approvals, AT_ONCE)
      if (round === 0) continue
      calls.push(submitted)
      parks.push(parked)
      for (const [atOnce, samples] of took) decisions.get(atOnce)?.push(...samples)
    }
  } finally {
    await client.close()
    await daemon.stop()
  }
  return answerOf(calls, parks, decisions)
}

function answerOf(
  calls: number[],
  parks: number[],
  decisions: ReadonlyMap<number, number[]>,
): Answer {
  const rows: Row[] = [
    { name: 'submit, one call made once, end', unit: '/s', samples: sorted(calls).toReversed() },
    { name: 'submit, park at an approval', unit: '/s', samples: sorted(parks).toReversed() },
    ...Array.from(
      decisions,
      ([atOnce, samples]): Row => ({
        name: `decision to end, ${atOnce} at once`,
        unit: 'ms',
        samples: sorted(samples),
      }),
    ),
  ]
  const bounds = [1500, 1000, 5, undefined, 15]
  const targets = rows.flatMap(({ name: what, unit, samples }, i): Target[] => {
    const bound = bounds[i]
    const sense = unit === '/s' ? 'at least' : 'at most'
    return bound === undefined ? [] : [{ what, value: p50(samples), bound, unit, sense }]
  })
  return { rows, targets }
}

/** Does something `count` times, so many at once; gives how often it was done in a second. */
async function rate(atOnce: number, count: number, run: () => Promise<void>): Promise<number> {
  const fromMs = performance.now()
  await inLanes(atOnce, Array.from({ length: count }), run)
  return count / ((performance.now() - fromMs) / 1000)
}

async function inLanes<T>(
  atOnce: number,
  items: readonly T[],
  run: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values()
  const lane = async () => {
    for (const item of waiting) await run(item)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}

async function complete(client: Latchd): Promise<void> {
  const { status, output } = await client.execute({ source: PAY, durable: true })
  if (output !== 1) throw new Error(`it is ${status}`)
}

async function park(client: Latchd): Promise<string[]> {
  const outcome = await client.execute({ source: ASK, durable: true, waitMs: 30_000 })
  const [first] = outcome.status === 'waiting' ? outcome.waitingFor : []
  if (first?.approvalId === undefined) throw new Error(`it is ${outcome.status}, unnamed`)
  return [outcome.executionId, first.approvalId]
}

/** Gives the milliseconds of each from its decision to its end. */
async function decideAll(
  client: Latchd,
  approvals: readonly string[][],
  atOnce: number,
): Promise<number[]> {
  const took: number[] = []
  await inLanes(atOnce, approvals, async ([executionId = '', approvalId = '']) => {
    const fromMs = performance.now()
    await client.approvals.approve(approvalId)
    const { status } = await client.wait(executionId)
    took.push(performance.now() - fromMs)
    if (status !== 'completed') throw new Error(`it is ${status}`)
  })
  return took
}
