/** Bearer tokens: the callers of a daemon and their scopes. */

import { hash, timingSafeEqual } from 'node:crypto'
import { LatchdError } from '../../protocol/errors.ts'
import { LOCAL_CALLER } from '../../protocol/local-caller.ts'
import { nameMatcher } from '../base/name-patterns.ts'
import type { Caller } from './caller.ts'
import type { TokenLimits } from './token-limits.ts'
import { type PolicyRule, type ToolPolicy, toolPolicy } from './tool-policy.ts'

/** What a token may do. `admin` includes the other scopes and sees every caller's executions. */
export const scopes = ['execute', 'approve', 'read', 'admin'] as const
/** One of {@link scopes}. */
export type Scope = (typeof scopes)[number]

/** A token as it is configured, without its secret. */
export interface TokenSetting {
  readonly name: string
  /** SHA-256 of the secret, in hex. */
  readonly digest: string
  readonly scopes: readonly Scope[]
  /** Patterns of tools that it may use, `*` for any text; absent: all. */
  readonly tools?: readonly string[] | undefined
  /** Rules about calls of tools, beside those of the daemon. */
  readonly policy?: readonly PolicyRule[]
  readonly limits: TokenLimits
}

/** A caller that the daemon has identified. */
export interface KnownCaller extends Caller {
  readonly scopes: readonly Scope[]
  readonly limits: TokenLimits
  /** Whether the caller may use a tool. */
  readonly mayUse: (tool: string) => boolean
  /** The token's own rules about calls of tools; absent: none. */
  readonly policy?: ToolPolicy
  /** Aborted when the token is withdrawn or changed: streams and connections end with it. */
  readonly withdrawn: AbortSignal
}

/** The caller of a daemon that has no tokens, and so listens to this machine alone. */
const localCaller: KnownCaller = {
  name: LOCAL_CALLER,
  seesAll: true,
  scopes,
  limits: {},
  mayUse: () => true,
  withdrawn: new AbortController().signal,
}

interface Kept {
  readonly setting: TokenSetting
  readonly digest: Buffer
  readonly caller: KnownCaller
  readonly withdraw: () => void
}

/** Names of tokens, by what a reload has done with them. */
export interface TokenChanges {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

/** The bearer tokens of a daemon. Without any, every request comes from the caller `local`. */
export class Tokens {
  #kept: readonly Kept[]

  constructor(settings: readonly TokenSetting[]) {
    this.#kept = settings.map(keep)
  }

  /** The number of tokens. At 0 every client that reaches the daemon may do everything. */
  get size(): number {
    return this.#kept.length
  }

  /** The limits of a token, by its name; `undefined` when there is no such token. */
  limitsOf(name: string): TokenLimits | undefined {
    return this.#kept.find(({ setting }) => setting.name === name)?.setting.limits
  }

  /** The caller of an `Authorization` header. @throws {LatchdError} `UNAUTHENTICATED` */
  identify(authorization: string | undefined): KnownCaller {
    if (this.#kept.length === 0) return localCaller
    const secret = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1]
    if (secret === undefined) throw new LatchdError('UNAUTHENTICATED', 'A bearer token is required')
    const given = hash('sha256', secret, 'buffer')
    // Every token is compared, so that the response time does not show which one is near.
    const matches = this.#kept.filter(kept => timingSafeEqual(kept.digest, given))
    if (matches[0] === undefined)
      throw new LatchdError('UNAUTHENTICATED', 'The bearer token is not known')
    return matches[0].caller
  }

  /** The caller of a token by its name, with the token's digest; `undefined` for no such token. */
  named(name: string): { readonly caller: KnownCaller; readonly digest: Buffer } | undefined {
    return this.#kept.find(({ setting }) => setting.name === name)
  }

  /**
   * Replaces the tokens. An unchanged token stays. A removed or changed one is withdrawn, which
   * closes its streams and connections.
   *
   * @throws {LatchdError} `CONFIG_INVALID` for an empty list, which would open the daemon to all
   *   clients
   */
  reload(settings: readonly TokenSetting[]): TokenChanges {
    if (settings.length === 0 && this.#kept.length > 0) {
      const message = 'Cannot go on without tokens: expected at least one; without any, start again'
      throw new LatchdError('CONFIG_INVALID', message)
    }
    const before = new Map(this.#kept.map(kept => [kept.setting.name, kept]))
    this.#kept = settings.map(setting => {
      const known = before.get(setting.name)
      return known !== undefined && isSame(known.setting, setting) ? known : keep(setting)
    })
    const after = new Map(this.#kept.map(kept => [kept.setting.name, kept]))
    const isGone = (kept: Kept) => after.get(kept.setting.name) !== kept
    for (const kept of before.values()) if (isGone(kept)) kept.withdraw()
    const names = [...after.keys()]
    return {
      added: names.filter(name => !before.has(name)),
      changed: names.filter(name => before.has(name) && before.get(name) !== after.get(name)),
      removed: [...before.keys()].filter(name => !after.has(name)),
    }
  }
}

/** @throws {LatchdError} `FORBIDDEN` when the caller lacks the scope; `admin` includes all. */
export function requireScope(caller: KnownCaller, scope: Scope): void {
  if (caller.scopes.includes(scope) || caller.scopes.includes('admin')) return
  throw new LatchdError('FORBIDDEN', `The token ${caller.name} lacks the scope ${scope}`)
}

function keep(setting: TokenSetting): Kept {
  const { name, scopes, tools, policy, limits } = setting
  const withdrawn = new AbortController()
  return {
    setting,
    digest: Buffer.from(setting.digest, 'hex'),
    caller: {
      name,
      scopes,
      limits,
      seesAll: scopes.includes('admin'),
      mayUse: tools === undefined ? () => true : nameMatcher(tools),
      ...(policy && { policy: toolPolicy(policy) }),
      withdrawn: withdrawn.signal,
    },
    withdraw: () => withdrawn.abort(),
  }
}

const isSame = (a: TokenSetting, b: TokenSetting) => JSON.stringify(a) === JSON.stringify(b)
