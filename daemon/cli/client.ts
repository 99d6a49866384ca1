/** The client that the commands about a daemon use. */

import type { Latchd, LatchdOptions } from '../../sdk/index.ts'
import type { Config } from '../config/config.ts'

/** Opens a client of the configured daemon. */
export async function openClient(
  { url, token }: Config,
  options: LatchdOptions = {},
): Promise<Latchd> {
  const { Latchd } = await import('../../sdk/index.ts')
  return new Latchd({ url, ...(token !== undefined && { token }), ...options })
}
