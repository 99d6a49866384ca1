import { Latchd } from '../../../sdk/index.ts'
import { scripts, startDaemonProcess } from '../daemon-process.ts'
import { type Answer, type Effort, type Question, rowOf } from '../question.ts'
import { takeInTurns } from '../rounds.ts'
import { p99 } from '../samples.ts'

const WORKERS = 2
const AT_ONCE = 24
const ROUNDS = 20
/** Far more than it takes: who gets no name waits so long. */
const WAIT_MS = 30_000
const MAX_NAMED_MS = 1000
const SOURCE = 'human_approval("Do it?").approved'

export const manyApprovals: Question = {
  title: `${AT_ONCE} executions that ask a person at once, on ${WORKERS} workers`,
  ask,
}

/** From the request to the answer that names the approval, and from the decision to the end. */
async function ask(effort: Effort): Promise<Answer> {
  const daemon = await startDaemonProcess(scripts.development, {
    workers: WORKERS,
    logLevel: 'silent',
  })
  const client = new Latchd({ url: daemon.url })
  const waiting: (readonly [executionId: string, approvalId: string])[] = []
  const named = async () => {
    waiting.length = 0
    const each = Array.from({ length: AT_ONCE }, async () => {
      const fromMs = performance.now()
      const outcome = await client.execute({ source: SOURCE, waitMs: WAIT_MS })
      const tookMs = performance.now() - fromMs
      const [first] = outcome.status === 'waiting' ? outcome.waitingFor : []
      if (first?.approvalId === undefined) throw new Error(`it is ${outcome.status}, unnamed`)
      waiting.push([outcome.executionId, first.approvalId])
      return tookMs
    })
    return await Promise.all(each)
  }
  const ended = () =>
    Promise.all(
      waiting.map(async ([executionId, approvalId]) => {
        const fromMs = performance.now()
        await client.approvals.approve(approvalId)
        const outcome = await client.wait(executionId)
        if (outcome.status !== 'completed') throw new Error(`it is ${outcome.status}`)
        return performance.now() - fromMs
      }),
    )
  const ends: number[] = []
  const round = async () => {
    const took = await named()
    ends.push(...(await ended()))
    return took
  }
  try {
    const [taken] = await takeInTurns([round], effort.count(ROUNDS))
    const samples = ends.toSorted((a, b) => a - b)
    return {
      rows: [
        rowOf('request to the named approval', 'ms', taken),
        { name: 'decision to end', unit: 'ms', samples },
      ],
      targets: [
        {
          what: 'every approval is named, p99',
          value: p99(taken?.samples ?? []),
          bound: MAX_NAMED_MS,
          unit: 'ms',
          sense: 'at most',
        },
      ],
    }
  } finally {
    await client.close()
    await daemon.stop()
  }
}
