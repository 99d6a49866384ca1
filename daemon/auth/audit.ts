/**
 * The audit: one line of the daemon's log for each decision, for each thing that a caller ends or
 * removes, and for each token that is used, refused or changed. A line names the actor, the action
 * and the time. It never holds a secret, a source or a value.
 */

import type { Logger } from '../log/log.ts'
import type { TokenChanges } from './tokens.ts'

/** The actor of an audited action. */
export interface Actor {
  /** The token's name; `local` on a daemon without tokens. */
  readonly by: string
  /** The other end's address; absent for a Unix socket. */
  readonly address: string | undefined
}

/** The sender of a refused request. `by` is the token's name when the daemon knows the token. */
export interface RefusedRequest extends Omit<Actor, 'by'> {
  readonly by: string | undefined
  readonly method: string
  readonly path: string
  /** The code of the refusal. */
  readonly code: string
}

/** One line of the audit: `event` says what happened, the other fields say to what and by whom. */
export type AuditEntry =
  | (Actor & {
      readonly event: 'approval-decided'
      readonly approvalId: string
      readonly executionId: string
      readonly tool: string
      readonly decision: string
      /** Whether the person has replaced the call's arguments. */
      readonly isEdited: boolean
      /** Whether the person allowed the tool for the rest of the session. */
      readonly isRemembered: boolean
    })
  | (Actor & {
      readonly event: 'execution-cancelled' | 'execution-retried' | 'execution-removed'
      readonly executionId: string
    })
  | (Actor & { readonly event: 'session-removed'; readonly sessionId: string })
  | (Actor & { readonly event: 'file-removed'; readonly fileId: string })
  | (Actor & {
      readonly event: 'file-linked'
      readonly fileId: string
      readonly expiresMs: number
    })
  | (Actor & { readonly event: 'client-connected' | 'token-used' | 'browser-signed-in' })
  | (RefusedRequest & {
      readonly event: 'request-refused'
      /** Refusals before it that were too many to write. */
      readonly unwritten?: number
    })
  | (TokenChanges & { readonly event: 'tokens-reloaded' })

/** A caller that sends bad requests by the thousand gets at most this many lines per second. */
const MAX_REFUSED_PER_SECOND = 10
/** Paths are written as far as this. */
const MAX_PATH = 200

/** Writes audit entries to the log: every decision, but at most ten refusals per second. */
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

  /**
   * Writes a request that the daemon refused. Beyond the bound it only counts; the next line has
   * the count.
   */
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
