/** Bearer tokens: who calls and what they may do. */

import { createHash, timingSafeEqual } from 'node:crypto'
import { LatchdError } from '../../protocol/errors.ts'
import type { Caller } from '../executions.ts'

export const scopes = ['execute', 'approve', 'read', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** A token as it is configured. */
export interface TokenSetting {
  readonly name: string
  readonly secret: string
  readonly scopes: readonly Scope[]
  /** Patterns of tools that it may use, `*` for any text; absent: all. */
  readonly tools?: readonly string[] | undefined
}

/** A caller that has shown who it is. */
export interface KnownCaller extends Caller {
  readonly scopes: readonly Scope[]
  /** Whether the caller may use a tool. */
  readonly mayUse: (tool: string) => boolean
}

/** The caller of a daemon that has no tokens, and so listens to this machine alone. */
const localCaller: KnownCaller = { name: 'local', seesAll: true, scopes, mayUse: () => true }

interface Kept {
  readonly digest: Buffer
  readonly caller: KnownCaller
}

export class Tokens {
  #kept: readonly Kept[]

  constructor(settings: readonly TokenSetting[]) {
    this.#kept = settings.map(({ name, secret, scopes, tools }) => ({
      digest: digest(secret),
      caller: { name, scopes, seesAll: scopes.includes('admin'), mayUse: matcher(tools) },
    }))
  }

  /** Who sends this `Authorization` header. @throws {LatchdError} `UNAUTHENTICATED` */
  identify(authorization: string | undefined): KnownCaller {
    if (this.#kept.length === 0) return localCaller
    const secret = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    if (secret === undefined) throw new LatchdError('UNAUTHENTICATED', 'A bearer token is required')
    const given = digest(secret)
    // Every token is compared, so that the time tells nothing about which one is near.
    const matches = this.#kept.filter(kept => timingSafeEqual(kept.digest, given))
    if (matches[0] === undefined)
      throw new LatchdError('UNAUTHENTICATED', 'The bearer token is not known')
    return matches[0].caller
  }
}

/** @throws {LatchdError} `FORBIDDEN` when the caller lacks the scope; `admin` includes all. */
export function requireScope(caller: KnownCaller, scope: Scope): void {
  if (caller.scopes.includes(scope) || caller.scopes.includes('admin')) return
  throw new LatchdError('FORBIDDEN', `The token ${caller.name} lacks the scope ${scope}`)
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function matcher(patterns: readonly string[] | undefined): (tool: string) => boolean {
  if (patterns === undefined) return () => true
  const expressions = patterns.map(pattern => {
    const escaped = pattern.split('*').map(part => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    return new RegExp(`^${escaped.join('.*')}$`, 's')
  })
  return tool => expressions.some(expression => expression.test(tool))
}
