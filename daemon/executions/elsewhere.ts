/**
 * Executions that another daemon over the same store has in memory, as this one sees them.
 *
 * This daemon watches an execution that it follows over a link to the other daemon, which sends each
 * event at once. Events that the link has not brought are read from the store, or from that daemon
 * when the execution is in memory alone. The numbers of the events show which are new, so that each is
 * published once and in order, also when the execution moves or its daemon dies. The store is looked
 * at each second in any case, and more often while no link watches.
 */

import type { MemoryExecutions } from '../../executor/store/memory-executions.ts'
import type { StoredEvent } from '../../executor/store/stored-event.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { Caller } from '../auth/caller.ts'
import type { Standing } from '../store/sharing.ts'
import type { Store } from '../store/store.ts'
import type { EventBus } from './event-bus.ts'
import type { OtherDaemons } from './other-daemons.ts'

/** The interval of looks at the store while an execution is not watched over a link … */
const FOLLOW_MS = 250
/** … and while all are. */
const WATCHED_MS = 1000
/** Looks in a row that find an execution nowhere, before it counts as gone: it may be on its way. */
const GONE_AFTER = 2

/** What {@link Elsewhere} works with. */
export interface ElsewhereDependencies {
  readonly store: Pick<Store, 'events' | 'sharing'>
  readonly memory: Pick<MemoryExecutions, 'has' | 'events'>
  readonly bus: EventBus
  /** The other daemons, as far as they can be asked; absent: by the store alone. */
  readonly others?: OtherDaemons | undefined
  readonly onFault: (error: unknown, executionId: string) => void
}

/** An execution that is followed. */
interface Followed {
  /** A function of each reader, called when no daemon and no store has the execution any more. */
  readonly readers: Set<() => void>
  /** The place of the last event that was published here. */
  last: number
  watch: { readonly peerId: string; readonly end: () => void; isLive: boolean } | undefined
  /** The reading of its events that is under way; a new one begins after it. */
  reading: Promise<void>
  /** How many looks in a row have found the execution nowhere. */
  missed: number
}

/** Follows and cancels executions of other daemons; does nothing over a store of one daemon. */
export class Elsewhere {
  #deps: ElsewhereDependencies
  #isHere: (executionId: string) => boolean
  #followed = new Map<string, Followed>()
  #polling: Promise<void> | undefined
  #lookNow = Promise.withResolvers<void>()

  /** @param isHere whether an execution is in the memory of this process */
  constructor(deps: ElsewhereDependencies, isHere: (executionId: string) => boolean) {
    this.#deps = deps
    this.#isHere = isHere
  }

  /** Whether other daemons may have executions of the store. */
  get isShared(): boolean {
    return this.#deps.store.sharing !== undefined
  }

  /**
   * Asks the daemon that has an execution to cancel it, and gives it a moment.
   *
   * @returns at once when there is no such daemon
   */
  async cancel(executionId: string, caller: Caller): Promise<void> {
    const { store, others } = this.#deps
    const { sharing } = store
    if (sharing === undefined) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const unwatch = this.await(executionId, () => resolve(), resolve)
    const timer = setTimeout(resolve, FOLLOW_MS)
    try {
      // The store takes the cancel of a stored execution. Only one in memory alone needs its daemon.
      if (await sharing.requestCancel(executionId)) others?.pokeOwner(executionId)
      else if ((await others?.cancel(executionId, caller)) === true) return
      await promise
    } finally {
      clearTimeout(timer)
      unwatch()
    }
  }

  /** The events of an execution after a place, wherever they are kept. */
  async past(executionId: string, after: number): Promise<readonly StoredEvent[]> {
    const { memory, store, others } = this.#deps
    if (memory.has(executionId)) return memory.events(executionId, after)
    const stored = await store.events(executionId, after)
    if (stored.length > 0 || others === undefined) return stored
    try {
      return (await others.events(executionId, after)) ?? stored
    } catch (error) {
      // Its daemon cannot be reached, so events in its memory alone are left out.
      if (error instanceof LatchdError && error.code === 'PEER_UNAVAILABLE') return stored
      throw error
    }
  }

  /**
   * Publishes the events of an execution of another daemon to its watchers here.
   *
   * @param after the place of the last event that is known
   * @param onGone called when its daemon is lost, and the execution with it
   * @returns ends it
   */
  follow(executionId: string, after: number, onGone: () => void): () => void {
    if (!this.isShared) return () => {}
    const followed = this.#followed.get(executionId) ?? {
      readers: new Set<() => void>(),
      last: after,
      watch: undefined,
      reading: Promise.resolve(),
      missed: 0,
    }
    // Each reader is an entry of its own, whatever it is called with.
    const reader = () => onGone()
    followed.readers.add(reader)
    followed.last = Math.min(followed.last, after)
    this.#followed.set(executionId, followed)
    this.#lookNow.resolve()
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined
    })
    return () => {
      followed.readers.delete(reader)
      if (followed.readers.size > 0) return
      followed.watch?.end()
      if (this.#followed.get(executionId) === followed) this.#followed.delete(executionId)
    }
  }

  /**
   * Calls a listener that waits for the end or a park of an execution, whichever daemon has it.
   *
   * @param onGone as for {@link follow}
   * @returns ends it
   */
  await(
    executionId: string,
    listener: (event: ExecutionEvent) => void,
    onGone: () => void,
  ): () => void {
    const unwatch = this.#deps.bus.await(executionId, listener)
    const unfollow = this.follow(executionId, 0, onGone)
    return () => {
      unfollow()
      unwatch()
    }
  }

  async #poll(): Promise<void> {
    while (this.#followed.size > 0) {
      this.#lookNow = Promise.withResolvers()
      try {
        await this.#look()
      } catch (error) {
        this.#deps.onFault(error, 'follow')
      }
      const all = [...this.#followed].filter(([id]) => !this.#isHere(id))
      const isWatched = all.every(([, { watch }]) => watch?.isLive)
      const timer = setTimeout(this.#lookNow.resolve, isWatched ? WATCHED_MS : FOLLOW_MS).unref()
      await this.#lookNow.promise
      clearTimeout(timer)
    }
  }

  async #look(): Promise<void> {
    const { sharing } = this.#deps.store
    const away = [...this.#followed].filter(([id]) => !this.#isHere(id))
    if (away.length === 0 || sharing === undefined) return
    const standings = await sharing.standings(away.map(([id]) => id))
    await Promise.all(away.map(([id, followed]) => this.#lookAt(id, followed, standings.get(id))))
  }

  async #lookAt(id: string, followed: Followed, standing: Standing | undefined): Promise<void> {
    if (this.#isHere(id) || this.#followed.get(id) !== followed) return
    const { others } = this.#deps
    const peerId = standing === undefined ? await others?.holderOf(id) : standing.peerId
    this.#watch(id, followed, peerId)
    if (standing !== undefined || peerId !== undefined) followed.missed = 0
    else if (++followed.missed >= GONE_AFTER) for (const onGone of followed.readers) onGone()
    if (standing !== undefined && standing.last > followed.last) await this.#catchUp(id, followed)
  }

  /** Watches an execution at the daemon that has it now. */
  #watch(id: string, followed: Followed, peerId: string | undefined): void {
    if (followed.watch?.peerId === peerId) return
    followed.watch?.end()
    followed.watch = undefined
    if (peerId === undefined || this.#followed.get(id) !== followed) return
    const end = this.#deps.others?.watch(id, peerId, {
      onEvent: event => this.#onEvent(id, followed, event),
      onLive: last => {
        if (followed.watch !== undefined) followed.watch.isLive = true
        // Events between the last look and now are read from the store.
        if (last === 0 || last > followed.last) void this.#catchUp(id, followed)
      },
      onEnd: () => {
        followed.watch = undefined
      },
    })
    if (end !== undefined) followed.watch = { peerId, end, isLive: false }
  }

  #onEvent(id: string, followed: Followed, event: ExecutionEvent): void {
    if (this.#isHere(id)) return
    if (!('sequence' in event)) {
      this.#deps.bus.publishTo(event)
    } else if (event.sequence === followed.last + 1) {
      followed.last = event.sequence
      this.#deps.bus.publishTo(event)
    } else if (event.sequence > followed.last) void this.#catchUp(id, followed)
  }

  /** Publishes what was missed, one look after the other. Never rejects. */
  #catchUp(id: string, followed: Followed): Promise<void> {
    followed.reading = followed.reading
      .then(async () => {
        for (const event of await this.past(id, followed.last)) {
          if (event.sequence <= followed.last) continue
          followed.last = event.sequence
          this.#deps.bus.publishTo(event)
        }
      })
      .catch(error => this.#deps.onFault(error, id))
    return followed.reading
  }
}
