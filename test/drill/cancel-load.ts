/** Cancels: an execution of which a daemon has said that it is cancelled stays so. */

import { setTimeout as delay } from 'node:timers/promises'
import { random } from '../soak/random.ts'
import { Lanes, type MakeSideLoad, type SideLoadOptions } from './side-load.ts'

const sources = [
  'try { pay(1) } catch {} sleep(60_000); pay(2)',
  `human_approval('until it is cancelled?'); sleep(60_000)`,
  'for (;;) { put(1); sleep(30) }',
  'await new Promise(done => setTimeout(done, 60_000))',
] as const
/** An execution goes on so long at most before it is cancelled. */
const LIFE_MS = 200

class CancelLoad {
  readonly name = 'cancels'
  count = 0
  #lanes = new Lanes()
  #options: SideLoadOptions

  constructor(options: SideLoadOptions) {
    this.#options = options
  }

  get problems(): readonly string[] {
    return this.#lanes.problems
  }

  start(): void {
    this.#lanes.start(this.#options.lanes, (lane, n) => this.#step(lane, n))
  }

  drain(): Promise<void> {
    return this.#lanes.drain()
  }

  async #step(lane: number, n: number): Promise<boolean> {
    const { load, seed } = this.#options
    const draw = random(seed * 4001 + lane * 103 + n)
    const executionId = await load.submit(`cancel-${lane}-${n}`, { source: draw.oneOf(sources) })
    if (executionId === undefined) return false
    load.otherEnds.set(executionId, 'cancelled')
    await delay(draw.below(LIFE_MS))
    const answer = await load.asker.ask(`/v1/executions/${executionId}/cancel`, { body: {} })
    if (answer === undefined) return false
    if (answer.status !== 200 || answer.body.status !== 'cancelled') {
      this.#lanes.problems.push(`cancelling ${executionId}: ${JSON.stringify(answer)}`)
      return false
    }
    const ended = await load.end(executionId, draw)
    if (ended === undefined) return false
    this.count++
    return true
  }
}

export const cancelLoad: MakeSideLoad = options => new CancelLoad(options)
