/** Who sends a request. */

import type { TokenLimits } from './token-limits.ts'

/** Who asks: a token's name, or the one caller of a daemon without tokens. */
export interface Caller {
  readonly name: string
  /** Whether it sees the executions of others. */
  readonly seesAll: boolean
  /** What it may take; absent: whatever there is. */
  readonly limits?: TokenLimits
}
