/** Executions of a simulated store: how they stand and who is next are the rules of the true ones. */

import {
  claimed,
  finished,
  givenBack,
  isClaimable,
  isFree,
  parked,
  type Standing,
  submitted,
} from '../../daemon/store/rules/standing.ts'
import { takeInTurns } from '../../daemon/store/rules/turns.ts'

export interface SimulatedExecution {
  readonly owner: string
  standing: Standing
}

const NOTHING = {}

/** The executions that nobody owns, by owner in the order of their instants. */
export class SimulatedStore {
  /** Those that can go on by now, of each owner the first one first. */
  #due = new Map<string, SimulatedExecution[]>()
  dueCount = 0

  submit(owner: string, nowMs: number): SimulatedExecution {
    const standing = submitted({ state: 'queued', createdAtMs: nowMs }, 'queue')
    const execution = { owner, standing }
    this.ready(execution)
    return execution
  }

  /** The instant of an execution that waits has come. */
  ready(execution: SimulatedExecution): void {
    const list = this.#due.get(execution.owner)
    if (list === undefined) this.#due.set(execution.owner, [execution])
    else list.push(execution)
    this.dueCount++
  }

  /** As the store in PostgreSQL: of the next owners the first ones, in turns. */
  claim(nowMs: number, max: number, after: string): SimulatedExecution[] {
    const names = [...this.#due.keys()].sort()
    const from = names.findIndex(name => name > after)
    const turns = from < 0 ? names : [...names.slice(from), ...names.slice(0, from)]
    const owners = turns.slice(0, max)
    const ofOwner = Math.max(1, Math.ceil(max / Math.max(1, owners.length)))
    const found = new Map(
      owners.map(owner => [owner, (this.#due.get(owner) ?? []).slice(0, ofOwner)]),
    )
    const taken: SimulatedExecution[] = []
    takeInTurns(found, after, max, one => {
      if (!isClaimable(one.standing, nowMs)) return false
      one.standing = claimed(one.standing)
      taken.push(one)
      return true
    })
    for (const one of taken) this.#remove(one)
    return taken
  }

  /** Makes a daemon the owner of one that is nobody's. */
  take(one: SimulatedExecution): boolean {
    if (!isFree(one.standing)) return false
    one.standing = claimed(one.standing)
    this.#remove(one)
    return true
  }

  #remove(one: SimulatedExecution): void {
    const list = this.#due.get(one.owner) as SimulatedExecution[]
    list.splice(list.indexOf(one), 1)
    if (list.length === 0) this.#due.delete(one.owner)
    this.dueCount--
  }

  park(execution: SimulatedExecution, wakeAtMs: number): void {
    execution.standing = parked(execution.standing, { ...NOTHING, wakeAtMs }, false)
  }

  finish(execution: SimulatedExecution): void {
    execution.standing = finished(execution.standing, { status: 'completed' })
  }

  /** Its daemon is gone. */
  giveBack(execution: SimulatedExecution): void {
    execution.standing = givenBack(execution.standing, 0)
    this.ready(execution)
  }
}
