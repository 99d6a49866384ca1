import { setTimeout as delay } from 'node:timers/promises'
import { random } from '../../soak/random.ts'
import { patience } from '../../support/patience.ts'
import { type Drill, type DrillOptions, Scene } from '../drill.ts'

const SHORT = { kills: 3, waiting: 3 }
const LONG = { kills: 20, waiting: 8 }
const KEEP_MS = 2000
const MAX_WORK = 16
const END_MS = 30_000
/** So many executions have to be forgotten for each kill. */
const MIN_FORGOTTEN_PER_KILL = 2

export const retention: Drill = {
  title: 'kill -9 while old executions are swept: what goes on stays, with its session',
  run,
}

interface Waiting {
  readonly sessionId: string
  readonly executionId: string
}

/**
 * Many executions end and are forgotten soon. Some wait for a person in sessions meanwhile, longer
 * than anything is kept: they and their sessions are there at the end.
 */
async function run({ seed, isShort }: DrillOptions) {
  const { kills, waiting: count } = isShort ? SHORT : LONG
  const scene = await Scene.open(seed)
  const { load, daemon } = scene
  const { asker } = load
  const draw = random(seed)
  const env = { LATCHD_RETENTION: `${KEEP_MS / 1000}s` }
  await daemon.start(env)
  const waiting: Waiting[] = []
  for (let n = 0; n < count; n++) {
    const { sessionId } = (await asker.ask('/v1/sessions', { body: {} }))?.body ?? {}
    const first = await load.submit(`begin-${n}`, { sessionId, source: 'let total = 1' })
    await load.end(first as string, draw)
    load.forget(first as string)
    const source = `total++; human_approval('for long?'); total`
    const executionId = (await load.submit(`wait-${n}`, { sessionId, source })) as string
    waiting.push({ sessionId, executionId })
  }
  const fromMs = performance.now()
  let isOver = false
  let ended = 0
  /** Executions that end at once: whoever asks too late is told that they are not there. */
  const short = async (lane: number) => {
    for (let n = 0; !isOver; n++) {
      const executionId = await load.submit(`short-${lane}-${n}`, { source: 'put(1)' })
      if (executionId === undefined) return
      load.forget(executionId)
      const answer = await asker.ask(`/v1/executions/${executionId}?waitMs=1000`)
      if (answer?.status === 200 || answer?.status === 404) ended++
      else scene.problems.push(`${executionId}: ${JSON.stringify(answer)}`)
    }
  }
  const lanes = [0, 1, 2, 3].map(short)
  let made = 0
  for (; made < kills || performance.now() - fromMs < 2 * KEEP_MS; made++) {
    await scene.worked(1 + draw.below(MAX_WORK))
    await daemon.kill()
    await daemon.start(env)
  }
  isOver = true
  await Promise.all(lanes)
  for (const { executionId } of waiting) {
    const { body } = (await asker.ask(`/v1/executions/${executionId}`)) ?? {}
    if (body?.status !== 'waiting') scene.problems.push(`${executionId}: ${JSON.stringify(body)}`)
    for (const { approvalId } of body?.waitingFor ?? []) {
      const choice = { decision: 'approve', reason: 'late' } as const
      await asker.ask(`/v1/approvals/${approvalId}`, { body: choice })
    }
    const after = (await asker.ask(`/v1/executions/${executionId}?waitMs=${END_MS}`))?.body
    if (after?.output?.value !== 2) scene.problems.push(`${executionId}: ${JSON.stringify(after)}`)
  }
  for (const { sessionId } of waiting) {
    const answer = await asker.ask(`/v1/sessions/${sessionId}`)
    if (answer?.status !== 200) scene.problems.push(`${sessionId}: ${JSON.stringify(answer)}`)
  }
  await forgotten(scene)
  scene.demand('executions', ended, kills * MIN_FORGOTTEN_PER_KILL)
  for (const { executionId } of waiting) load.forget(executionId)
  return await scene.finish({ kills: made, forgotten: ended, waited: waiting.length })
}

/** Resolves when a sweep has left nothing that has ended. */
async function forgotten(scene: Scene): Promise<void> {
  const untilMs = performance.now() + patience(END_MS)
  for (;;) {
    const answer = await scene.load.asker.ask('/v1/executions')
    const left = answer?.body.data.length
    if (left === 0) return
    if (performance.now() > untilMs) {
      scene.problems.push(`${left} executions were not forgotten`)
      return
    }
    await delay(KEEP_MS / 10)
  }
}
