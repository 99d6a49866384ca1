/** The configuration file: found, read and checked for unknown keys. */

import { dirname, resolve } from 'node:path'
import { ConfigError } from './config-error.ts'
import { CONFIG_FILE_ENV, settingKeys } from './settings.ts'
import { unknownName } from './unknown-name.ts'
import type { ReadFile } from './value-kind.ts'

/** The file that is read when it exists and no other is named. */
export const CONFIG_FILE = 'latchd.config.json'

/** A configuration file: its keys are known settings, its values are not checked yet. */
export interface ConfigFile {
  readonly path: string
  /** The folder of its relative paths. */
  readonly folder: string
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * Reads the file; `undefined` when none is named and the default one does not exist.
 *
 * @param named its path, from the environment
 * @throws {ConfigError} when it cannot be read, is not a JSON object, or has an unknown key
 */
export function readConfigFile(
  named: string | undefined,
  cwd: string,
  readFile: ReadFile,
): ConfigFile | undefined {
  const path = resolve(cwd, named || CONFIG_FILE)
  const text = readText(path, readFile)
  if (text === undefined) {
    if (!named) return undefined
    throw new ConfigError(
      `Cannot use ${CONFIG_FILE_ENV} ${JSON.stringify(named)}: expected the path of a file that exists`,
    )
  }
  const values = parse(text, path)
  for (const key of Object.keys(values)) {
    if (!(settingKeys as readonly string[]).includes(key)) {
      throw new ConfigError(unknownName(`key ${JSON.stringify(key)} in ${path}`, key, settingKeys))
    }
  }
  return { path, folder: dirname(path), values }
}

function readText(path: string, readFile: ReadFile): string | undefined {
  try {
    return readFile(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ConfigError(
      `Cannot read ${path}: ${code ?? message}; expected a file that can be read`,
    )
  }
}

function parse(text: string, path: string): Record<string, unknown> {
  const expected = 'expected a JSON object'
  let value: unknown
  try {
    // Editors of some systems begin files with a byte order mark.
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    // The message may repeat the text, and so a secret: only the place is repeated here.
    const [place] = /line \d+ column \d+/.exec((error as Error).message) ?? []
    throw new ConfigError(
      `Cannot read ${path}: not JSON${place ? ` at ${place}` : ''}; ${expected}`,
    )
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new ConfigError(`Cannot read ${path}: ${expected}`)
}
