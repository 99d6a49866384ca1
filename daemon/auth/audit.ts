/**
 * The audit: a line of the daemon's log for each decision, for what callers end or remove, and for
 * tokens that are used, refused or changed. Who, what and when; never a secret, a source or a value.
 */

import type { Logger } from '../log/log.ts'
import type { TokenChanges } from './tokens.ts'

/** Who did it. */
export interface Actor {
  /** The token's name, or `local` where there are none. */
  readonly by: string
  /** The other end's address; absent for a Unix socket. */
  readonly address: string | undefined
}

/** Who sent a request that was refused; its token's name when that is known. */
export interface RefusedRequest extends Omit<Actor, 'by'> {
  readonly by: string | undefined
  readonly method: string
  readonly path: string
  /** The code of the refusal. */
  readonly code: string
}

export type AuditEntry =
  | (Actor & {
      readonly event: 'approval-decided'
      readonly approvalId: string
      readonly executionId: string
      readonly tool: string
      readonly decision: string
      /** Whether the person has replaced the call's arguments. */
      readonly isEdited: boolean
      /** Whether nobody is asked about the tool any more in the session. */
      readonly isRemembered: boolean
    })
  | (Actor & {
      readonly event: 'execution-cancelled' | 'execution-retried' | 'execution-removed'
      readonly executionId: string
    })
  | (Actor & { readonly event: 'session-removed'; readonly sessionId: string })
  | (Actor & { readonly event: 'client-connected' | 'token-used' })
  | (RefusedRequest & {
      readonly event: 'request-refused'
      /** Refusals before it that were too many to write. */
      readonly unwritten?: number
    })
  | (TokenChanges & { readonly event: 'tokens-reloaded' })

/** Who sends nonsense by the thousand gets so many lines of the log in a second. */
const MAX_REFUSED_PER_SECOND = 10
/** Paths are written as far as this. */
const MAX_PATH = 200

export class Audit {
  readonly #log: Logger
  readonly #now: () => number
  /** Tokens that were used, by the signal that ends with each. */
  #used = new WeakSet<AbortSignal>()
  #secondBeganMs = 0
  #refused = 0
  #unwritten = 0

  /** @param log written to at the level `info` whatever its own is, unless that is `silent` */
  constructor(log: Logger, now: () => number) {
    this.#log = log.child({}, { level: log.level === 'silent' ? 'silent' : 'info' })
    this.#now = now
  }

  record({ event, ...facts }: AuditEntry): void {
    this.#log.info({ audit: event, ...facts }, event.replaceAll('-', ' '))
  }

  /** The first use of a token since the daemon has it. @param token what lives as long as it */
  used(token: AbortSignal, actor: Actor): void {
    if (this.#used.has(token)) return
    this.#used.add(token)
    this.record({ event: 'token-used', ...actor })
  }

  /** A request that was not let in; of very many at once their number is told. */
  refused(request: RefusedRequest): void {
    const now = this.#now()
    if (now - this.#secondBeganMs >= 1000) {
      this.#secondBeganMs = now
      this.#refused = 0
    }
    if (++this.#refused > MAX_REFUSED_PER_SECOND) {
      this.#unwritten++
      return
    }
    const unwritten = this.#unwritten
    this.#unwritten = 0
    const path = request.path.slice(0, MAX_PATH)
    const entry = { event: 'request-refused' as const, ...request, path }
    this.record(unwritten > 0 ? { ...entry, unwritten } : entry)
  }
}
