/**
 * The last plan of each document, in the state folder: after a restart the tools are there before
 * their document is, so that executions go on that know them.
 */

import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageVersion } from '../../base/version.ts'
import type { ReadingOptions } from './plan.ts'

/** The kept plans of one daemon. */
export class StoredPlans {
  #folder: string

  /** @param stateDir the daemon's state folder */
  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'openapi')
  }

  /** The JSON of the plan that was read with these options; `undefined` when none is kept. */
  async read(document: string, options: ReadingOptions): Promise<string | undefined> {
    try {
      const text = await readFile(this.#path(options.name), 'utf8')
      const end = text.indexOf('\n')
      if (text.slice(0, end) !== keyOf(document, options)) return undefined
      return text.slice(end + 1)
    } catch {
      // None was kept, or it cannot be read: the document is read, and its plan replaces it.
      return undefined
    }
  }

  /** Keeps a plan. @throws {Error} of the file system */
  async write(document: string, options: ReadingOptions, plan: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = this.#path(options.name)
    await writeFile(`${path}.new`, `${keyOf(document, options)}\n${plan}`, { mode: 0o600 })
    await rename(`${path}.new`, path)
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.plan`)
  }
}

/** Another version, document or option reads another plan. */
function keyOf(document: string, options: ReadingOptions): string {
  return createHash('sha256')
    .update(JSON.stringify([packageVersion(), document, options]))
    .digest('hex')
}
