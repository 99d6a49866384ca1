/** Deletes: what a daemon has said to have forgotten is gone, and its key is not given anew. */

import { random } from '../soak/random.ts'
import { Lanes, type MakeSideLoad, type SideLoadOptions } from './side-load.ts'

class DeleteLoad {
  readonly name = 'deletes'
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
    const draw = random(seed * 5003 + lane * 107 + n)
    const key = `delete-${lane}-${n}`
    const request = { source: 'put(1); look(2)' }
    const executionId = await load.submit(key, request)
    if (executionId === undefined) return false
    if ((await load.end(executionId, draw)) === undefined) return false
    const path = `/v1/executions/${executionId}`
    load.forget(executionId)
    const answer = await load.asker.ask(path, { method: 'DELETE' })
    if (answer === undefined) return false
    // Another time when the answer was lost: it is not there any more.
    if (answer.status !== 204 && answer.status !== 404) return this.#wrong(executionId, answer)
    const after = await load.asker.ask(path)
    if (after === undefined) return false
    if (after.status !== 404) return this.#wrong(executionId, after)
    const again = await load.asker.ask('/v1/executions', {
      body: { ...request, metadata: { key } },
      headers: { 'idempotency-key': key },
    })
    if (again === undefined) return false
    if (again.status !== 410) return this.#wrong(executionId, again)
    this.count++
    return true
  }

  #wrong(executionId: string, what: unknown): false {
    this.#lanes.problems.push(`${executionId}, deleted: ${JSON.stringify(what)}`)
    return false
  }
}

export const deleteLoad: MakeSideLoad = options => new DeleteLoad(options)
