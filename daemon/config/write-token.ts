/** Adds a token to the configuration file, and leaves the rest of it as it is. */

import { chmodSync, chownSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { ConfigError } from './config-error.ts'

/** A token as the configuration file has it. */
export interface WrittenToken {
  readonly name: string
  /** `sha256:` and the digest: the file does not hold the secret. */
  readonly secret: string
  readonly scopes?: readonly string[]
  readonly tools?: readonly string[]
}

/** Only the owner may read a file with tokens, unless an operator has set its mode otherwise. */
const NEW_FILE_MODE = 0o600

/**
 * Writes the token into the list of the file. Makes the file when it does not exist.
 *
 * @param values the content of the file; `undefined` when it does not exist
 * @throws {ConfigError} when its tokens are not a list, or one of them has the name
 */
export function writeToken(
  path: string,
  values: Readonly<Record<string, unknown>> | undefined,
  token: WrittenToken,
): void {
  const tokens = values?.tokens ?? []
  if (!Array.isArray(tokens)) {
    throw new ConfigError(`Cannot add a token to ${path}: its tokens are no list of objects`)
  }
  if (tokens.some(one => (one as WrittenToken | null)?.name === token.name)) {
    throw new ConfigError(
      `Cannot add the token "${token.name}" to ${path}: it has one of that name`,
    )
  }
  const text = `${JSON.stringify({ ...values, tokens: [...tokens, token] }, null, 2)}\n`
  if (values === undefined) {
    writeFileSync(path, text, { mode: NEW_FILE_MODE, flag: 'wx' })
    return
  }
  replace(realpathSync(path), text)
}

/** Puts a new text in the place of a file at once, with its owner and mode. */
function replace(path: string, text: string): void {
  const { mode, uid, gid } = statSync(path)
  const draft = `${path}.new`
  writeFileSync(draft, text, { mode: NEW_FILE_MODE })
  const { uid: ourUid, gid: ourGid } = statSync(draft)
  if (uid !== ourUid || gid !== ourGid) chownSync(draft, uid, gid)
  chmodSync(draft, mode)
  renameSync(draft, path)
}
