import { Lives } from '../../drill/lives.ts'
import type { Answer, Effort, Question, Row, Target } from '../question.ts'

const CALLS = 100

export const durableCommits: Question = {
  title: `Commits of a durable execution for ${CALLS} calls`,
  ask,
}

const tools = [
  { name: 'pay', description: 'Made once', execute: () => 1 },
  { name: 'look', description: 'Reads', annotations: { readOnly: true }, execute: () => 1 },
]

async function ask(_effort: Effort): Promise<Answer> {
  const lives = await Lives.open()
  try {
    const url = await lives.next(tools)
    const none = await commitsOf(lives, url, `${CALLS}`)
    const rows: Row[] = []
    const targets: Target[] = []
    for (const [tool, bound] of [
      ['pay', CALLS],
      ['look', 0],
    ] as const) {
      const source = `let sum = 0; for (let i = 0; i < ${CALLS}; i++) sum += ${tool}(i); sum`
      const value = (await commitsOf(lives, url, source)) - none
      const name = tool === 'pay' ? 'calls that are made once' : 'calls that only read'
      rows.push({ name, unit: 'commits', samples: [value] })
      targets.push({ what: name, value, bound, unit: 'commits', sense: 'at most' })
    }
    return { rows, targets }
  } finally {
    await lives.close()
  }
}

async function commitsOf(lives: Lives, url: string, source: string): Promise<number> {
  const before = (await lives.store.statistics()).commits
  const submitted = await fetch(`${url}/v1/executions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source }),
  })
  const { executionId } = (await submitted.json()) as { executionId: string }
  const ended = await fetch(`${url}/v1/executions/${executionId}?waitMs=10000`)
  const { output } = (await ended.json()) as { output?: { value: unknown } }
  if (output?.value !== CALLS) throw new Error(`It gave ${JSON.stringify(output)}`)
  return (await lives.store.statistics()).commits - before
}
