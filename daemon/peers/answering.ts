/** Answers the other daemons about the executions of this one. */

import type { MemoryExecutions } from '../../executor/store/memory-executions.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Caller } from '../auth/caller.ts'
import type { EventBus } from '../executions/event-bus.ts'
import type { Executions } from '../executions/executions.ts'
import { withinBudget } from '../executions/page-budget.ts'
import type { PeerRequest } from './peer-frames.ts'
import type { PeerLink } from './peer-link.ts'

/** What {@link Answering} works with. */
export interface AnsweringDependencies {
  readonly executions: Pick<Executions, 'get' | 'live' | 'cancel' | 'remove'>
  readonly memory: Pick<MemoryExecutions, 'has' | 'get' | 'source' | 'events' | 'list'>
  readonly bus: EventBus
  /** Takes the answer of a client that came to another daemon. */
  readonly settle: (request: Extract<PeerRequest, { kind: 'settle' }>) => Promise<void>
}

/** Another daemon asks for one of its callers, whom it has admitted. */
const everybody: Caller = { name: '', seesAll: true }

/** Answers about what this daemon alone knows, and sends events to those that watch. */
export class Answering {
  #deps: AnsweringDependencies
  /** By link and subject: ends a watch. */
  #watches = new Map<PeerLink, Map<string, () => void>>()

  constructor(deps: AnsweringDependencies) {
    this.#deps = deps
  }

  /** The value of an answer; `null` or `false` for an execution that is not in memory alone. */
  async answer(link: PeerLink, request: PeerRequest): Promise<unknown> {
    const { executions, memory } = this.#deps
    const isHere = 'executionId' in request && memory.get(request.executionId) !== undefined
    switch (request.kind) {
      case 'get': {
        const owner = memory.get(request.executionId)?.owner
        if (owner === undefined) return null
        return await unlessGone(null, async () => ({
          owner,
          execution: await executions.get(request.executionId, everybody),
        }))
      }
      case 'live':
        if (executions.live(request.executionId) === undefined) return null
        return await unlessGone(null, () => executions.get(request.executionId, everybody))
      case 'source':
        return memory.source(request.executionId) ?? null
      case 'events':
        return isHere ? memory.events(request.executionId, request.after) : null
      case 'cancel':
        if (!isHere) return false
        return await unlessGone(false, async () => {
          await executions.cancel(request.executionId, request.caller)
          return true
        })
      case 'remove':
        if (!isHere) return false
        await executions.remove(request.executionId, request.caller)
        return true
      case 'list': {
        const { kind: _, owner, status, after, ...rest } = request
        return withinBudget(memory.list({ owner, status, after, ...rest }), rest.limit)
      }
      case 'watch':
        return this.#watch(link, request.executionId)
      case 'watch-owner': {
        const { watchId, owner } = request
        this.#add(link, `owner ${watchId}`, () =>
          this.#deps.bus.watchOwner(owner, event => link.send({ type: 'event', event, watchId })),
        )
        return null
      }
      case 'settle':
        await this.#deps.settle(request)
        return null
      default:
        return request satisfies never
    }
  }

  #watch(link: PeerLink, executionId: string): number {
    const { bus, memory } = this.#deps
    this.#add(link, executionId, () =>
      bus.watch(executionId, event => link.send({ type: 'event', event })),
    )
    return memory.events(executionId, 0).at(-1)?.sequence ?? 0
  }

  #add(link: PeerLink, subject: string, begin: () => () => void): void {
    const watches = this.#watches.get(link) ?? new Map<string, () => void>()
    this.#watches.set(link, watches)
    watches.get(subject)?.()
    watches.set(subject, begin())
  }

  unwatch(link: PeerLink, executionId: string): void {
    this.#remove(link, executionId)
  }

  unwatchOwner(link: PeerLink, watchId: number): void {
    this.#remove(link, `owner ${watchId}`)
  }

  #remove(link: PeerLink, subject: string): void {
    const watches = this.#watches.get(link)
    watches?.get(subject)?.()
    watches?.delete(subject)
  }

  /** A link has ended. */
  onEnd(link: PeerLink): void {
    for (const end of this.#watches.get(link)?.values() ?? []) end()
    this.#watches.delete(link)
  }

  /** Whether the other daemon watches an execution over a link. */
  isUsed(link: PeerLink): boolean {
    return (this.#watches.get(link)?.size ?? 0) > 0
  }
}

/** An execution may become durable, or be forgotten, while it is asked for. */
async function unlessGone<T, Gone>(instead: Gone, read: () => Promise<T>): Promise<T | Gone> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof LatchdError && error.code === 'NOT_FOUND') return instead
    throw error
  }
}
