/**
 * Executions that are not durable, beside the load of a drill: sent over `POST /v1/execute`, whose
 * answer is all that is ever known of them. One that asks a person is in the store from then on, and
 * owed as those of the load are.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { EndedExecution, Execution } from '../../protocol/execution/execution.ts'
import { isEnded } from '../../protocol/execution/status.ts'
import { random } from '../soak/random.ts'
import type { Scene } from './drill.ts'
import { drillProgram } from './programs.ts'

/** One answer is held back for so long at most. */
const HOLD_MS = 1000

const askingTools: ReadonlySet<string> = new Set(['human_approval', 'sign'])

export class VolatileLoad {
  /** Those that ended with their answer. */
  readonly ended: EndedExecution[] = []
  /** Requests on their way to the ends of their executions. */
  readonly underWay = new Set<object>()
  #scene: Scene
  #isOver = false
  #work: Promise<unknown>

  /** @param lanes requests at a time */
  constructor(scene: Scene, seed: number, lanes: number) {
    this.#scene = scene
    this.#work = Promise.all(Array.from({ length: lanes }, (_, lane) => this.#lane(lane, seed)))
  }

  /** Sends no more; resolves when all that was sent has ended, or the time is over. */
  async drain(withinMs: number): Promise<void> {
    this.#isOver = true
    const late = delay(withinMs, 'late', { ref: false })
    if ((await Promise.race([this.#work, late])) === 'late') {
      const count = this.underWay.size
      this.#scene.problems.push(`${count} requests were not answered within ${withinMs} ms`)
    }
  }

  async #lane(lane: number, seed: number): Promise<void> {
    const draw = random(seed * 2003 + lane)
    while (!this.#isOver) {
      const request = {}
      this.underWay.add(request)
      try {
        await this.#execute(drillProgram(draw))
      } catch (error) {
        // A daemon that lives answers: that it has not is a fault, and this lane is over.
        this.#scene.problems.push(`POST /v1/execute: ${String(error)}`)
        return
      } finally {
        this.underWay.delete(request)
      }
    }
  }

  async #execute(source: string): Promise<void> {
    const { load, answered } = this.#scene
    let execution = await this.#ask('/v1/execute', source)
    const { executionId } = execution
    while (!isEnded(execution)) {
      load.accepted.add(executionId)
      execution = await this.#ask(`/v1/executions/${executionId}?waitMs=${HOLD_MS}`)
    }
    if (execution.calls.some(({ tool }) => askingTools.has(tool))) {
      load.accepted.add(executionId)
      load.ended.set(executionId, execution)
    } else {
      answered.add(executionId)
      this.ended.push(execution)
    }
  }

  async #ask(path: string, source?: string): Promise<Execution> {
    const url = await this.#scene.daemon.url()
    const response = await fetch(url + path, {
      headers: { 'content-type': 'application/json' },
      ...(source !== undefined && { method: 'POST', body: JSON.stringify({ source }) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`answered ${response.status} ${text}`)
    const execution = JSON.parse(text) as Execution
    if (execution.status === 'stuck') throw new Error(`answered ${text}`)
    return execution
  }
}
