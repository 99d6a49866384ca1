/** Asks the other daemons about executions, over links. */

import { z } from 'zod'
import type { StoredEvent } from '../../executor/store/stored-event.ts'
import { within } from '../../protocol/base/within.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { ExecutionEvent } from '../../protocol/execution/events.ts'
import { Execution, Language } from '../../protocol/execution/execution.ts'
import type { Caller } from '../auth/caller.ts'
import type { OtherDaemons, RemoteWatcher } from '../executions/other-daemons.ts'
import type { BudgetedPage } from '../executions/page-budget.ts'
import type { Sharing } from '../store/sharing.ts'
import type { ListQuery, StoredExecution } from '../store/store.ts'
import type { PeerFrameOf, PeerRequest } from './peer-frames.ts'
import { type PeerLink, unavailable } from './peer-link.ts'
import type { Peers } from './peers.ts'

/** A list, or a stream of all events, waits this long for each of the others. */
const FAN_OUT_MS = 250
/** A daemon that is named answers within this time. */
const ANSWER_MS = 5000
/** An execution ends within this time of a cancel, or the caller asks again. */
const CANCEL_MS = 60_000
/** Hex digits of an execution's id that name its daemon: 16 bits. */
const PREFIX_LENGTH = 4
const ID_PREFIX = 'exe_'

const Found = z.union([z.null(), z.object({ owner: z.string(), execution: Execution })])
const Live = z.union([z.null(), Execution])
const Source = z.union([z.null(), z.object({ source: z.string(), language: Language })])
const Events = z.union([z.null(), z.array(ExecutionEvent)])
const Page = z.object({ data: z.array(Execution), isCut: z.boolean() })
const Place = z.int().nonnegative()
const isDone = z.boolean()

interface OwnerWatch {
  readonly watchId: number
  readonly owner: string | undefined
  readonly listener: (event: ExecutionEvent) => void
  /** The links over which it is asked for. */
  readonly links: Set<PeerLink>
}

/** What {@link Asking} works with. */
export interface AskingDependencies {
  readonly peerId: string
  readonly peers: Peers
  readonly sharing: Pick<Sharing, 'standings'>
  readonly onFault: (error: unknown) => void
}

/** Asks other daemons, and hands on the events that come from them. */
export class Asking implements OtherDaemons {
  readonly idPrefix: string
  #deps: AskingDependencies
  /** By execution: its watcher, and the link that it watches over. */
  #watched = new Map<string, { readonly watcher: RemoteWatcher; link?: PeerLink }>()
  #ofOwners = new Map<number, OwnerWatch>()
  #lastWatchId = 0

  constructor(deps: AskingDependencies) {
    this.#deps = deps
    this.idPrefix = deps.peerId.slice(0, PREFIX_LENGTH)
  }

  async holderOf(executionId: string): Promise<string | undefined> {
    return (await this.#named(executionId))[0]
  }

  /** The daemons that an id may mean: one, as a rule. */
  async #named(executionId: string): Promise<readonly string[]> {
    const prefix = executionId.slice(ID_PREFIX.length, ID_PREFIX.length + PREFIX_LENGTH)
    const others = await this.#deps.peers.others()
    return others.map(({ peerId }) => peerId).filter(peerId => peerId.startsWith(prefix))
  }

  /** The first answer that is not `null` or `false`. @throws {LatchdError} `PEER_UNAVAILABLE` */
  async #askNamed<T>(
    executionId: string,
    request: PeerRequest,
    shape: z.ZodType<T>,
    timeoutMs = ANSWER_MS,
  ): Promise<Exclude<T, null | false> | undefined> {
    for (const peerId of await this.#named(executionId)) {
      const link = await this.#deps.peers.reach(peerId)
      const answer = shape.parse(
        (await link?.request(request, timeoutMs).catch(async error => {
          // That daemon may have stopped meanwhile, and then none has the execution.
          if ((await this.#deps.peers.reach(peerId)) === undefined) return null
          throw error
        })) ?? null,
      )
      if (answer !== null && answer !== false) return answer as Exclude<T, null | false>
    }
    return undefined
  }

  async get(executionId: string): Promise<StoredExecution | undefined> {
    return await this.#askNamed(executionId, { kind: 'get', executionId }, Found)
  }

  async live(executionId: string): Promise<Execution | undefined> {
    const { sharing, peers, peerId: me } = this.#deps
    const { peerId } = (await sharing.standings([executionId])).get(executionId) ?? {}
    if (peerId === undefined || peerId === me) return undefined
    try {
      const link = await peers.linkWithin(peerId, FAN_OUT_MS)
      const answer = await link?.request({ kind: 'live', executionId }, FAN_OUT_MS)
      return Live.parse(answer ?? null) ?? undefined
    } catch (error) {
      // The store has it nearly as it is.
      if (error instanceof LatchdError) return undefined
      throw error
    }
  }

  async source(executionId: string) {
    return await this.#askNamed(executionId, { kind: 'source', executionId }, Source)
  }

  async events(executionId: string, after: number): Promise<readonly StoredEvent[] | undefined> {
    const request = { kind: 'events', executionId, after } as const
    const events = await this.#askNamed(executionId, request, Events)
    return events as readonly StoredEvent[] | undefined
  }

  async cancel(executionId: string, { name, seesAll }: Caller): Promise<boolean> {
    const request = { kind: 'cancel', executionId, caller: { name, seesAll } } as const
    return (await this.#askNamed(executionId, request, isDone, CANCEL_MS)) === true
  }

  async remove(executionId: string, { name, seesAll }: Caller): Promise<boolean> {
    const request = { kind: 'remove', executionId, caller: { name, seesAll } } as const
    return (await this.#askNamed(executionId, request, isDone)) === true
  }

  async lists(query: ListQuery): Promise<BudgetedPage<Execution>[]> {
    const { owner, status, parentIds, after, limit } = query
    const request = {
      kind: 'list',
      ...(owner !== undefined && { owner }),
      ...(status && { status }),
      ...(parentIds && { parentIds: [...parentIds] }),
      ...(after && { after }),
      limit,
    } as const
    const answers = await this.#askAll(link => link.request(request, FAN_OUT_MS))
    return answers.map(answer => Page.parse(answer))
  }

  /** Asks all others at once; those that do not answer soon are left out. */
  async #askAll<T>(ask: (link: PeerLink) => Promise<T>): Promise<T[]> {
    const others = await this.#deps.peers.others()
    const asked = others.map(async ({ peerId }) => {
      const link = await this.#deps.peers.link(peerId)
      return link === undefined ? [] : [await ask(link)]
    })
    const none = () => []
    const answers = await Promise.all(asked.map(one => within(one.catch(none), FAN_OUT_MS, none)))
    return answers.flat()
  }

  watch(executionId: string, peerId: string, watcher: RemoteWatcher): () => void {
    const entry: { readonly watcher: RemoteWatcher; link?: PeerLink } = { watcher }
    this.#watched.set(executionId, entry)
    void this.#watch(executionId, peerId, entry)
    return () => {
      if (this.#watched.get(executionId) !== entry) return
      this.#watched.delete(executionId)
      entry.link?.send({ type: 'unwatch', executionId })
    }
  }

  async #watch(
    executionId: string,
    peerId: string,
    entry: { readonly watcher: RemoteWatcher; link?: PeerLink },
  ): Promise<void> {
    try {
      const link = await this.#deps.peers.reach(peerId)
      if (this.#watched.get(executionId) !== entry) return
      if (link === undefined) throw unavailable('it does not live any more')
      entry.link = link
      const last = Place.parse(await link.request({ kind: 'watch', executionId }, ANSWER_MS))
      if (this.#watched.get(executionId) === entry) entry.watcher.onLive(last)
    } catch {
      // Without a link the execution is followed by polling.
      if (this.#watched.get(executionId) !== entry) return
      this.#watched.delete(executionId)
      entry.watcher.onEnd()
    }
  }

  async watchOwner(
    owner: string | undefined,
    listener: (event: ExecutionEvent) => void,
  ): Promise<() => void> {
    const watchId = ++this.#lastWatchId
    const watch: OwnerWatch = { watchId, owner, listener, links: new Set() }
    this.#ofOwners.set(watchId, watch)
    await this.#askAll(link => this.#askFor(watch, link)).catch(this.#deps.onFault)
    return () => {
      this.#ofOwners.delete(watchId)
      for (const link of watch.links) link.send({ type: 'unwatch-owner', watchId })
    }
  }

  async #askFor(watch: OwnerWatch, link: PeerLink): Promise<void> {
    const { watchId, owner, links } = watch
    if (links.has(link)) return
    links.add(link)
    const request = { kind: 'watch-owner', watchId, ...(owner !== undefined && { owner }) } as const
    await link.request(request, ANSWER_MS)
  }

  /** Asks those others for events that have come since, or are reached again. Never rejects. */
  async lookForOthers(): Promise<void> {
    if (this.#ofOwners.size === 0) return
    try {
      for (const { peerId } of await this.#deps.peers.others()) {
        const link = await this.#deps.peers.link(peerId)
        for (const watch of this.#ofOwners.values()) {
          const hasLink = [...watch.links].some(one => one.peerId === peerId)
          if (link !== undefined && !hasLink) await this.#askFor(watch, link)
        }
      }
    } catch (error) {
      this.#deps.onFault(error)
    }
  }

  /** An event came over a link. */
  onEvent(link: PeerLink, { event, watchId }: PeerFrameOf<'event'>): void {
    if (watchId !== undefined) {
      this.#ofOwners.get(watchId)?.listener(event)
      return
    }
    const watched = this.#watched.get(event.executionId)
    if (watched?.link === link) watched.watcher.onEvent(event)
  }

  /** A link has ended: what was watched over it is not any more. */
  onEnd(link: PeerLink): void {
    for (const watch of this.#ofOwners.values()) watch.links.delete(link)
    for (const [executionId, entry] of this.#watched) {
      if (entry.link !== link) continue
      this.#watched.delete(executionId)
      entry.watcher.onEnd()
    }
  }

  /** Whether events are awaited over a link. */
  isUsed(link: PeerLink): boolean {
    for (const { links } of this.#ofOwners.values()) if (links.has(link)) return true
    for (const entry of this.#watched.values()) if (entry.link === link) return true
    return false
  }

  pokeDue(): Promise<{ readonly notified: number; readonly unreachable: number }> {
    return this.#deps.peers.poke({ type: 'poke', what: 'due' })
  }

  pokeOwner(executionId: string): void {
    void this.#pokeOwner(executionId).catch(this.#deps.onFault)
  }

  async #pokeOwner(executionId: string): Promise<void> {
    const { sharing, peers, peerId: me } = this.#deps
    const { peerId } = (await sharing.standings([executionId])).get(executionId) ?? {}
    if (peerId === undefined || peerId === me) return
    const link = await peers.link(peerId)
    link?.send({ type: 'poke', what: 'news' })
  }

  sessionFreed(sessionId: string): void {
    this.#deps.peers.broadcast({ type: 'session-freed', sessionId })
  }
}
