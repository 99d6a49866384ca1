/** A configuration that cannot be used, told in one line. */

import { LatchdError } from '../../protocol/errors.ts'

/** Names the key, its value (masked when secret) and what is allowed; code `CONFIG_INVALID`. */
export class ConfigError extends LatchdError {
  constructor(message: string) {
    super('CONFIG_INVALID', message)
  }
}
