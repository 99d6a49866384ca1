/** The sender of a request. */

import type { TokenLimits } from './token-limits.ts'

/** A caller: a token, or the single caller of a daemon without tokens. */
export interface Caller {
  readonly name: string
  /** Whether it sees the executions of others. */
  readonly seesAll: boolean
  /** Limits of the token; absent: none. */
  readonly limits?: TokenLimits
}
