/**
 * Tools that clients offer to all executions of their token.
 *
 * They stand beside the daemon's own and never replace them. When several clients offer the same
 * name, the one that began last gets the calls; when it leaves, the one before it does.
 */

import { heldBytes } from '../../protocol/base/held-bytes.ts'
import { type ClientTool, MAX_CLIENT_TOOLS } from '../../protocol/connect/client-tool.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { type ClientBinding, readClientTool } from './client-tool.ts'

/** Bytes of all tools that the clients of one token serve. */
const MAX_SERVED_BYTES = 16 * 1024 * 1024

interface Offer {
  readonly clientId: string
  readonly serveId: string
  readonly tools: readonly ClientTool[]
}

/** The tools that clients serve, by the token that may call them. */
export class ServedTools {
  readonly #isOwn: (name: string) => boolean
  readonly #onWarning: (text: string) => void
  /** By the name of the token; the newest offer is the last. */
  #offers = new Map<string, Offer[]>()
  #listeners: (() => void)[] = []
  /** The offers at all daemons, as the store had them; absent: there are no other daemons. */
  #everywhere: Map<string, readonly Offer[]> | undefined

  /**
   * @param isOwn whether the daemon itself has a tool of this name
   * @param onWarning called with the parts of an offered tool's schemas that are not enforced
   */
  constructor(isOwn: (name: string) => boolean, onWarning: (text: string) => void) {
    this.#isOwn = isOwn
    this.#onWarning = onWarning
  }

  /**
   * Takes an offer; the same one again replaces it, in its place.
   *
   * @throws {LatchdError} `TOOL_NAME_TAKEN` for a name of the daemon's own, `TOOL_INVALID` for an
   *   unusable name or too many tools, `TOKEN_LIMIT_EXCEEDED` for too many bytes
   */
  offer(owner: string, offer: Offer): void {
    for (const tool of offer.tools) {
      const { name } = tool
      readClientTool(tool, this.#onWarning)
      if (!this.#isOwn(name)) continue
      throw new LatchdError(
        'TOOL_NAME_TAKEN',
        `Cannot serve tool "${name}": the daemon has a tool of that name; give it with an execution to take its place there`,
      )
    }
    const offers = this.#offers.get(owner) ?? []
    const at = offers.findIndex(
      ({ clientId, serveId }) => clientId === offer.clientId && serveId === offer.serveId,
    )
    const others = offers.filter((_, i) => i !== at)
    const count = others
      .filter(({ clientId }) => clientId === offer.clientId)
      .reduce((sum, { tools }) => sum + tools.length, offer.tools.length)
    if (count > MAX_CLIENT_TOOLS) {
      const message = `Cannot serve ${count} tools: one client may serve ${MAX_CLIENT_TOOLS}`
      throw new LatchdError('TOOL_INVALID', message)
    }
    const bytes = heldBytes([offer, others])
    if (bytes > MAX_SERVED_BYTES) {
      const message = `Cannot serve the tools: with them the token serves ${bytes} bytes, limit ${MAX_SERVED_BYTES}`
      throw new LatchdError('TOKEN_LIMIT_EXCEEDED', message)
    }
    if (at < 0) offers.push(offer)
    else offers[at] = offer
    this.#offers.set(owner, offers)
    this.#changed()
  }

  /** Calls a listener whenever an offer comes or goes. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  /** Withdraws one offer of a client, or all of them. */
  withdraw(owner: string, clientId: string, serveId?: string): void {
    const rest = (this.#offers.get(owner) ?? []).filter(
      offer => offer.clientId !== clientId || (serveId !== undefined && offer.serveId !== serveId),
    )
    if (rest.length > 0) this.#offers.set(owner, rest)
    else this.#offers.delete(owner)
    this.#changed()
  }

  /** Keeps the offers of a client that it has just named, and no others. */
  retain(owner: string, clientId: string, serveIds: ReadonlySet<string>): void {
    for (const offer of [...(this.#offers.get(owner) ?? [])]) {
      if (offer.clientId === clientId && !serveIds.has(offer.serveId)) {
        this.withdraw(owner, clientId, offer.serveId)
      }
    }
  }

  /** What the clients of all daemons serve, those of this one too, the first offer first. */
  learn(owner: string, offers: readonly Offer[]): void {
    this.#everywhere ??= new Map()
    if (offers.length > 0) this.#everywhere.set(owner, offers)
    else this.#everywhere.delete(owner)
  }

  /** What one client of this daemon serves. */
  offersOf(owner: string, clientId: string): readonly Offer[] {
    return (this.#offers.get(owner) ?? []).filter(offer => offer.clientId === clientId)
  }

  #known(owner: string): readonly Offer[] {
    return (this.#everywhere ?? this.#offers).get(owner) ?? []
  }

  /** The served tools that the executions of a token may call. */
  of(owner: string): ClientBinding[] {
    const byName = new Map<string, ClientBinding>()
    for (const { clientId, tools } of this.#known(owner)) {
      for (const tool of tools) byName.set(tool.name, { owner, clientId, tool })
    }
    return [...byName.values()]
  }

  /** The client that has this tool now. */
  clientOf(owner: string, name: string): string | undefined {
    return this.#known(owner).findLast(({ tools }) => tools.some(tool => tool.name === name))
      ?.clientId
  }
}
