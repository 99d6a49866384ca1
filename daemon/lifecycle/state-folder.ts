/** The state folder, made before anything opens it. */

import { accessSync, constants, mkdirSync } from 'node:fs'
import { pathReason } from '../base/path-reason.ts'
import { ConfigError } from '../config/config-error.ts'

/** The state is its owner's alone. */
const MODE = 0o700

/**
 * Makes the folder unless it is there.
 *
 * @throws {ConfigError} when it cannot be made, or not be written to
 * @throws {Error} of Node when the disk is full or broken
 */
export function makeStateFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: MODE })
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const reason = pathReason(error)
    if (reason === undefined) throw error
    throw new ConfigError(
      `Cannot use the state folder ${path}: ${reason}; expected a folder that this user may make or write to, in --state-dir or LATCHD_STATE_DIR`,
    )
  }
}
