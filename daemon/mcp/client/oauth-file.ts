/** The file of a login to a server, in the state folder: its client and its tokens. */

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StoredOAuthClientInformation, StoredOAuthTokens } from '@modelcontextprotocol/client'

/** The folder of logins in the state folder. */
const FOLDER = 'mcp-auth'

/** A login. */
export interface StoredLogin {
  /** The server that it is for: one at another address gets none of it. */
  readonly url: string
  readonly client?: StoredOAuthClientInformation | undefined
  readonly tokens?: StoredOAuthTokens | undefined
}

/** The login to one server; a file that only the owner of the daemon reads. */
export class OAuthFile {
  #path: string
  #url: string

  /** @param url of the server */
  constructor(stateDir: string, name: string, url: string) {
    this.#path = join(stateDir, FOLDER, `${name}.json`)
    this.#url = url
  }

  /** The login; without anything when there is none for this address. */
  async read(): Promise<StoredLogin> {
    try {
      const login = JSON.parse(await readFile(this.#path, 'utf8')) as StoredLogin
      if (login.url === this.#url) return login
    } catch (error) {
      const isDamaged = error instanceof SyntaxError
      if (!isDamaged && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
    return { url: this.#url }
  }

  /** Changes a part of the login. @throws {Error} of the file system */
  async change(part: Partial<Omit<StoredLogin, 'url'>>): Promise<void> {
    const login = { ...(await this.read()), ...part }
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    await writeFile(`${this.#path}.new`, JSON.stringify(login), { mode: 0o600 })
    await rename(`${this.#path}.new`, this.#path)
  }

  /** Forgets it. */
  async remove(): Promise<void> {
    await rm(this.#path, { force: true })
  }
}
