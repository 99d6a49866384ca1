/** The other daemons over the same database, and the links to those that are needed. */

import type { WebSocket } from 'ws'
import type { Logger } from '../log/log.ts'
import type { PeerFacts, PeerRow, Sharing } from '../store/sharing.ts'
import { dial } from './dial.ts'
import type { PeerFrame } from './peer-frames.ts'
import { type LinkHandler, PeerLink, unavailable } from './peer-link.ts'

/** The facts of the other daemons are read again when they are older than this. */
const KNOWN_MS = 2000
/** A daemon that could not be reached is tried again after the first pause, then after twice as long. */
const FIRST_PAUSE_MS = 100
const LAST_PAUSE_MS = 5000
/** A poke whose link takes longer to open is given up: it would come too late. */
const POKE_MS = 500
/** How many others are poked: one that has room is enough. */
const MAX_POKED = 8

/** What {@link Peers} works with. */
export interface PeersDependencies {
  readonly sharing: Pick<Sharing, 'peers'>
  readonly me: Pick<PeerFacts, 'peerId' | 'key'>
  readonly handler: LinkHandler
  readonly log: Pick<Logger, 'info' | 'warn'>
}

interface Failure {
  readonly untilMs: number
  readonly pauseMs: number
}

/** Finds the other daemons, and keeps links to those that something is asked of. */
export class Peers {
  #deps: PeersDependencies
  #rows: readonly PeerRow[] = []
  #readAtMs = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined
  #links = new Map<string, PeerLink[]>()
  #dialling = new Map<string, Promise<PeerLink | undefined>>()
  #failures = new Map<string, Failure>()
  #isClosed = false

  constructor(deps: PeersDependencies) {
    this.#deps = deps
  }

  /** The links that are open. */
  get open(): readonly PeerLink[] {
    return [...this.#links.values()].flat()
  }

  /** The others that live. @param maxAgeMs how old this may be */
  async others(maxAgeMs: number = KNOWN_MS): Promise<readonly PeerRow[]> {
    if (performance.now() - this.#readAtMs > maxAgeMs) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined
      })
      await this.#reading
    }
    return this.#rows
  }

  /** Another daemon that lives; `undefined`: there is none of this id. */
  async find(peerId: string): Promise<PeerRow | undefined> {
    const isIt = (row: PeerRow) => row.peerId === peerId
    return (await this.others()).find(isIt) ?? (await this.others(0)).find(isIt)
  }

  async #read(): Promise<void> {
    const rows = await this.#deps.sharing.peers()
    this.#rows = rows.filter(({ peerId }) => peerId !== this.#deps.me.peerId)
    this.#readAtMs = performance.now()
  }

  /** As {@link link}, within a time: a daemon whose network swallows everything is not waited for. */
  async linkWithin(peerId: string, ms: number): Promise<PeerLink | undefined> {
    const timedOut = Promise.withResolvers<undefined>()
    const timer = setTimeout(timedOut.resolve, ms)
    try {
      return await Promise.race([this.link(peerId), timedOut.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  /** The link to a daemon, as soon as there is one; `undefined`: it cannot be reached now. */
  async link(peerId: string): Promise<PeerLink | undefined> {
    const open = this.#links.get(peerId)?.[0]
    if (open !== undefined) return open
    if (this.#isClosed || performance.now() < (this.#failures.get(peerId)?.untilMs ?? 0)) {
      return undefined
    }
    let dialling = this.#dialling.get(peerId)
    if (dialling === undefined) {
      dialling = this.#dial(peerId).finally(() => this.#dialling.delete(peerId))
      this.#dialling.set(peerId, dialling)
    }
    return await dialling
  }

  /**
   * The link to a daemon; `undefined`: it does not live any more.
   *
   * @throws {LatchdError} `PEER_UNAVAILABLE`
   */
  async reach(peerId: string): Promise<PeerLink | undefined> {
    const link = await this.link(peerId)
    if (link !== undefined) return link
    const row = (await this.others(0)).find(one => one.peerId === peerId)
    if (row === undefined) return undefined
    throw unavailable(`there is no connection to ${row.name} at ${row.url}`)
  }

  async #dial(peerId: string): Promise<PeerLink | undefined> {
    const { me, log } = this.#deps
    const row = await this.find(peerId).catch(() => undefined)
    if (row === undefined) return undefined
    try {
      const socket = await dial(me, row)
      this.#failures.delete(peerId)
      return this.add(socket, peerId)
    } catch (error) {
      const before = this.#failures.get(peerId)?.pauseMs ?? FIRST_PAUSE_MS / 2
      const pauseMs = Math.min(LAST_PAUSE_MS, 2 * before)
      this.#failures.set(peerId, { pauseMs, untilMs: performance.now() + pauseMs })
      if (!this.#isClosed && pauseMs === FIRST_PAUSE_MS) {
        log.warn({ err: error, peer: row.name, url: row.url }, 'another daemon is not reached')
      }
      return undefined
    }
  }

  /** Takes a connection to a daemon that has proved what it is. */
  add(socket: WebSocket, peerId: string): PeerLink | undefined {
    if (this.#isClosed) {
      socket.terminate()
      return undefined
    }
    const { handler, log } = this.#deps
    const link: PeerLink = new PeerLink(socket, peerId, {
      onFrame: (of, frame) => handler.onFrame(of, frame),
      answer: (of, request) => handler.answer(of, request),
      onRoom: of => handler.onRoom(of),
      isUsed: of => handler.isUsed(of),
      onEnd: (of, reason) => {
        const rest = (this.#links.get(peerId) ?? []).filter(one => one !== of)
        if (rest.length > 0) this.#links.set(peerId, rest)
        else this.#links.delete(peerId)
        log.info({ peer: peerId, reason }, 'a link to another daemon has ended')
        handler.onEnd(of, reason)
      },
    })
    // Two that dial each other at once have two links: each uses the one that it has first.
    this.#links.set(peerId, [...(this.#links.get(peerId) ?? []), link])
    return link
  }

  /**
   * Sends a frame to some of the others, as soon as they are reached. Never rejects.
   *
   * @returns how many got it, and how many could not be reached
   */
  async poke(
    frame: PeerFrame,
  ): Promise<{ readonly notified: number; readonly unreachable: number }> {
    // Nothing depends on it: the others look at intervals. A store that is away says so itself.
    const others = [...(await this.others().catch(() => this.#rows))]
    // Not always the same ones.
    others.sort(() => Math.random() - 0.5)
    const chosen = others.slice(0, MAX_POKED)
    const links = await Promise.all(chosen.map(({ peerId }) => this.linkWithin(peerId, POKE_MS)))
    for (const link of links) link?.send(frame)
    const notified = links.filter(Boolean).length
    return { notified, unreachable: links.length - notified }
  }

  /** Sends a frame over every link that is open. */
  broadcast(frame: PeerFrame): void {
    for (const peerId of this.#links.keys()) this.#links.get(peerId)?.[0]?.send(frame)
  }

  /** Ends all links. */
  close(): void {
    this.#isClosed = true
    for (const link of this.open) link.close('the daemon is stopping')
  }
}
