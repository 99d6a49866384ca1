import type { Drill, DrillOptions } from '../drill.ts'
import { Lives } from '../lives.ts'

const ROUNDS = { short: 2, long: 20 }
/** The next daemon has done all within so long. */
const END_MS = 10_000

export const zombie: Drill = {
  title: 'a daemon that was taken for dead goes on: its writes are refused, its calls do not leave',
  run,
}

/**
 * The first daemon waits for a call that only reads, and is given its answer after the second one has
 * taken over, or before that has gone on: the next call, made once, may come from one of them.
 */
async function run({ isShort }: DrillOptions) {
  const problems: string[] = []
  const rounds = isShort ? ROUNDS.short : ROUNDS.long
  for (let n = 0; n < rounds; n++) problems.push(...(await takeOver(n % 2 === 0)))
  return { problems, figures: { rounds }, folder: 'none: it was in memory' }
}

async function takeOver(isZombieFirst: boolean): Promise<string[]> {
  const problems: string[] = []
  const lives = await Lives.open(error => problems.push(error.message))
  const payments: string[] = []
  const life = (name: string) => {
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<string>()
    const wait = {
      name: 'wait',
      description: '',
      annotations: { readOnly: true },
      execute: () => {
        asked.resolve()
        return answer.promise
      },
    }
    const pay = { name: 'pay', description: '', execute: () => payments.push(name) }
    return { tools: [wait, pay], asked: asked.promise, answer }
  }
  const [first, second] = [life('first'), life('second')]
  const firstUrl = await lives.next(first.tools)
  const source = 'wait(); pay(1); pay(2); "paid"'
  const response = await fetch(`${firstUrl}/v1/executions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source }),
  })
  const { executionId } = (await response.json()) as { executionId: string }
  await first.asked
  const url = await lives.next(second.tools)
  await second.asked
  const [early, late] = isZombieFirst ? [first, second] : [second, first]
  early.answer.resolve('')
  // What the zombie wants to write is refused by a commit, for which a read waits.
  for (let n = 0; n < 5; n++) await lives.store.get(executionId)
  late.answer.resolve('')
  const ended = await fetch(`${url}/v1/executions/${executionId}?waitMs=${END_MS}`)
  const execution = (await ended.json()) as { status: string; output?: { value: unknown } }
  if (execution.output?.value !== 'paid') problems.push(`it ended as ${JSON.stringify(execution)}`)
  if (payments.join() !== 'second,second') problems.push(`paid by ${payments.join()}`)
  const stored = await lives.store.get(executionId)
  if (stored?.execution.status !== 'completed') problems.push(`kept as ${stored?.execution.status}`)
  await lives.close()
  return problems
}
