/** How a daemon is called among those that share a database. */

import { hostname } from 'node:os'
import type { Config } from './config.ts'

/** The name that is set, or that of the machine and the number of the process on it. */
export function nodeNameOf({ nodeName }: Pick<Config, 'nodeName'>): string {
  return nodeName ?? `${hostname()}:${process.pid}`
}
