/** An unusable configuration, as an error of one line. */

import { LatchdError } from '../../protocol/errors.ts'

/**
 * Its message names the key, the value (masked when secret) and the allowed values. Code
 * `CONFIG_INVALID`.
 */
export class ConfigError extends LatchdError {
  constructor(message: string) {
    super('CONFIG_INVALID', message)
  }
}
