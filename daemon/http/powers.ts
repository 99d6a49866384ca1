/** What the routes are handed: the deciding parts of the daemon. */

import type { WorkerPool } from '../../executor/pool.ts'
import type { Toolbox } from '../../executor/tools/toolbox.ts'
import type { Executions } from '../executions.ts'
import type { Logger } from '../log.ts'
import type { HostRule } from './origin.ts'
import type { KnownCaller, Tokens } from './tokens.ts'

export interface HttpPowers {
  readonly executions: Executions
  readonly toolbox: Toolbox
  readonly pool: WorkerPool
  readonly tokens: Tokens
  readonly hostRule: HostRule
  readonly log: Logger
  readonly version: string
  /** Name and version of the guest engine. */
  readonly engine: string
  readonly startedAtMs: number
}

/** What each request carries through the app. */
export interface HttpEnvironment {
  Variables: { caller: KnownCaller }
}
