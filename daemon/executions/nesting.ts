/**
 * Executions that calls of other executions have begun. The metadata of such an execution names the call.
 * It is beneath the execution of that call only when both have the same owner.
 */

import type { Execution } from '../../protocol/execution/execution.ts'
import type { Caller } from '../auth/caller.ts'
import type { Page } from '../store/page.ts'
import type { EventStreams } from './event-streams.ts'
import { EventsBeneath } from './events-beneath.ts'
import { type ListedStores, listExecutions, type PageQuery } from './execution-lists.ts'
import type { Finding } from './finding.ts'
import { type NestedExecutions, nestedExecutions } from './nested-executions.ts'

/** A list of all executions, from the newest on. */
const ANY = { status: undefined, after: undefined }

/** Reads and watches what is beneath the executions of callers. */
export class Nesting {
  #stores: ListedStores
  #finding: Finding
  #streams: EventStreams

  constructor(stores: ListedStores, finding: Finding, streams: EventStreams) {
    this.#stores = stores
    this.#finding = finding
    this.#streams = streams
  }

  /** A page of the executions that calls of one have begun. @throws {LatchdError} `NOT_FOUND` */
  async list(executionId: string, query: PageQuery, caller: Caller): Promise<Page<Execution>> {
    const { owner } = await this.#finding.find(executionId, caller)
    return await listExecutions(this.#stores, { ...query, parentIds: [executionId] }, owner)
  }

  /** All that is beneath an execution, down to a depth. @throws {LatchdError} `NOT_FOUND` */
  async all(executionId: string, caller: Caller): Promise<NestedExecutions> {
    const { owner } = await this.#finding.find(executionId, caller)
    return await nestedExecutions(executionId, (parentIds, limit) =>
      listExecutions(this.#stores, { parentIds, limit, ...ANY }, owner),
    )
  }

  /** The events of the executions beneath one, from now on. */
  async events(executionId: string, caller: Caller): Promise<EventsBeneath> {
    const events = await this.#streams.all(caller)
    return new EventsBeneath(executionId, events, id => this.#finding.parentOf(id, caller))
  }
}
