/** How a daemon names itself among others. */

import { hostname } from 'node:os'
import type { Config } from './config.ts'

/** The configured name; without one, that of the machine and the process. */
export function nameOf({ nodeName }: Pick<Config, 'nodeName'>): string {
  return nodeName ?? `${hostname()}-${process.pid}`
}
