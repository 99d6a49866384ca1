/** What the console's pages are handed. */

import type { Context } from 'hono'
import type { TypeChecker } from '../../executor/typecheck/type-checker.ts'
import type { HttpEnvironment, RouteDependencies } from '../http/dependencies.ts'
import type { LastErrors } from '../telemetry/last-errors.ts'
import type { LastHour } from '../telemetry/last-hour.ts'

/** The parts of the daemon that the console uses. */
export interface ConsoleDependencies extends RouteDependencies {
  /** The folder of the state, in which the key of the browsers' cookies is. */
  readonly stateDir: string
  readonly lastHour: Pick<LastHour, 'read'>
  readonly lastErrors: Pick<LastErrors, 'of'>
  readonly typeChecker: Pick<TypeChecker, 'check'>
}

/** The context of a console request whose caller is known. */
export type PageContext = Context<HttpEnvironment>
