/**
 * The last list of tools of each server, in the state folder.
 *
 * After a restart the tools are there before their server is, so that executions go on that know
 * them, and a call of a server that is away says so.
 */

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

/** The kept lists of one daemon. */
export class StoredCatalogues {
  #folder: string
  #known = new Map<string, readonly unknown[]>()

  /** @param stateDir the daemon's state folder */
  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'mcp')
  }

  /** The list of a server; `undefined` when none is kept, or it cannot be read. */
  async read(server: string): Promise<readonly unknown[] | undefined> {
    try {
      const tools: unknown = JSON.parse(await readFile(this.#path(server), 'utf8'))
      if (!Array.isArray(tools)) return undefined
      this.#known.set(server, tools)
      return tools
    } catch {
      // None was kept, or it is damaged: the server is asked, and the next list replaces it.
      return undefined
    }
  }

  /** Keeps a list. @throws {Error} of the file system */
  async write(server: string, tools: readonly unknown[]): Promise<void> {
    if (isDeepStrictEqual(this.#known.get(server), tools)) return
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = this.#path(server)
    await writeFile(`${path}.new`, JSON.stringify(tools), { mode: 0o600 })
    await rename(`${path}.new`, path)
    this.#known.set(server, tools)
  }

  #path(server: string): string {
    return join(this.#folder, `${server}.json`)
  }
}
