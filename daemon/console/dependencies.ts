/** What the console's pages are handed. */

import type { Context } from 'hono'
import type { HttpEnvironment, RouteDependencies } from '../http/dependencies.ts'

/** The parts of the daemon that the console uses. */
export interface ConsoleDependencies extends RouteDependencies {
  /** The folder of the state, in which the key of the browsers' cookies is. */
  readonly stateDir: string
}

/** The context of a console request whose caller is known. */
export type PageContext = Context<HttpEnvironment>
