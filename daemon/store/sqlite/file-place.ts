/** Whether a file is still where it was opened: a removed or replaced one goes on taking writes. */

import { statSync } from 'node:fs'

/** A file's path with its device and inode, which another file at the path does not have. */
export class FilePlace {
  #file: string
  #device: bigint
  #inode: bigint

  /** @param file an existing file that is open */
  constructor(file: string) {
    this.#file = file
    const { dev, ino } = statSync(file, { bigint: true })
    this.#device = dev
    this.#inode = ino
  }

  /** @throws {Error} it was removed or replaced */
  check = (): void => {
    const found = statSync(this.#file, { bigint: true, throwIfNoEntry: false })
    if (found?.dev === this.#device && found.ino === this.#inode) return
    const what = found === undefined ? 'removed' : 'replaced by another'
    throw new Error(`its file ${this.#file} was ${what} while it was in use`)
  }
}
