/** The files that a configuration is read from: which they are, and which a running daemon may not read. */

import { resolve } from 'node:path'
import { ConfigError } from './config-error.ts'
import { settings } from './settings.ts'
import type { ReadFile } from './value-kind.ts'

/** Reads files, and remembers their paths and the last denial by Node's permissions. */
export class ConfigFiles {
  /** Absolute paths, in the order of reading. */
  readonly paths: string[] = []
  #readFile: ReadFile
  #denial: ConfigError | undefined

  constructor(readFile: ReadFile) {
    this.#readFile = readFile
  }

  /** Why a file could not be read, when Node's permissions were the reason. */
  get denial(): ConfigError | undefined {
    return this.#denial
  }

  /** Reads as the power does that it was made with. */
  read(path: string): string | undefined {
    const file = resolve(path)
    this.paths.push(file)
    try {
      return this.#readFile(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw error
      this.#denial = new ConfigError(
        `Cannot read ${file} under ${settings.allow.env}: the daemon may read the files that its configuration named when it started; restart it`,
      )
      throw this.#denial
    }
  }
}
