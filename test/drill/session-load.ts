/** Sessions: each execution counts one further, whatever was killed meanwhile. */

import { random } from '../soak/random.ts'
import { LaneLoad, type MakeSideLoad } from './side-load.ts'

/** Executions of one session before the next one is made. */
const MAX_STEPS = 12

/** The first program of a session. */
const BEGIN = `let count = 0
  const born = Math.random()
  class Counter { #n = 0; next() { count++; return ++this.#n } }
  const counter = new Counter()
  const next = () => counter.next()
  ;[next(), born]`
/** How the others go on, before they count. */
const befores = [
  '',
  'try { pay(1) } catch {}',
  'put(1)',
  'sleep(20)',
  `human_approval('in a session?')`,
] as const

interface LaneState {
  sessionId: string | undefined
  count: number
  born: unknown
}

export const sessionLoad: MakeSideLoad = ({ load, seed, lanes }) => {
  const fresh = () => ({ sessionId: undefined, count: 0, born: undefined })
  const states: LaneState[] = Array.from({ length: lanes }, fresh)
  return new LaneLoad('sessions', lanes, async (number, n, side) => {
    const draw = random(seed * 3001 + number * 101 + n)
    const lane = states[number] as LaneState
    if (lane.sessionId === undefined || lane.count >= MAX_STEPS) {
      const made = await load.asker.ask('/v1/sessions', { body: {} })
      if (made?.status !== 201 && made?.status !== 200) return false
      Object.assign(lane, { sessionId: made.body.sessionId, count: 0, born: undefined })
    }
    const isFirst = lane.count === 0
    const fails = !isFirst && draw.below(5) === 0
    const source = isFirst
      ? BEGIN
      : fails
        ? `${draw.oneOf(befores)}\nnext()\nthrow new Error('on purpose')`
        : `${draw.oneOf(befores)}\n;[next(), born]`
    const request = { source, sessionId: lane.sessionId, queue: true }
    const executionId = await load.submit(`session-${number}-${n}`, request)
    if (executionId === undefined) return false
    if (fails) load.otherEnds.set(executionId, 'failed')
    const ended = await load.end(executionId, draw)
    if (ended === undefined) return false
    lane.count++
    side.count++
    if (fails) return ended.status === 'failed' || side.wrong(`${executionId} in a session`, ended)
    if (ended.status !== 'completed') return side.wrong(`${executionId} in a session`, ended)
    const [count, born] = ended.output.value as [number, unknown]
    if (isFirst) lane.born = born
    return (
      (count === lane.count && born === lane.born) ||
      side.wrong(`${executionId} in a session`, { count, born, expected: lane })
    )
  })
}
