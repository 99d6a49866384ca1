/** Cancels: an execution of which a daemon has said that it is cancelled stays so. */

import { setTimeout as delay } from 'node:timers/promises'
import { random } from '../soak/random.ts'
import { LaneLoad, type MakeSideLoad } from './side-load.ts'

const sources = [
  'try { pay(1) } catch {} sleep(60_000); pay(2)',
  `human_approval('until it is cancelled?'); sleep(60_000)`,
  'for (;;) { put(1); sleep(30) }',
  'await new Promise(done => setTimeout(done, 60_000))',
] as const
/** An execution goes on so long at most before it is cancelled. */
const LIFE_MS = 200

export const cancelLoad: MakeSideLoad = ({ load, seed, lanes }) =>
  new LaneLoad('cancels', lanes, async (lane, n, side) => {
    const draw = random(seed * 4001 + lane * 103 + n)
    const executionId = await load.submit(`cancel-${lane}-${n}`, { source: draw.oneOf(sources) })
    if (executionId === undefined) return false
    load.otherEnds.set(executionId, 'cancelled')
    await delay(draw.below(LIFE_MS))
    const answer = await load.asker.ask(`/v1/executions/${executionId}/cancel`, { body: {} })
    if (answer === undefined) return false
    if (answer.status !== 200 || answer.body.status !== 'cancelled') {
      return side.wrong(`cancelling ${executionId}`, answer)
    }
    const ended = await load.end(executionId, draw)
    if (ended === undefined) return false
    side.count++
    return true
  })
