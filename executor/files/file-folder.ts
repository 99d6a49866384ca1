/**
 * The contents of files in a folder: each stored once, under its SHA-256.
 *
 * A content is written to a file of its own under `incoming`, made durable, and renamed to
 * `ab/abcd…`. So whatever stands under its hash is whole. A content that is being written is pinned
 * until its record is there: {@link FileFolder.drop} leaves it alone.
 */

import { createHash, randomBytes } from 'node:crypto'
import { constants, createReadStream, mkdirSync, openAsBlob, unlinkSync } from 'node:fs'
import { type FileHandle, open, readdir, rename, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Chunks, FileContents, WrittenContent } from './file-contents.ts'

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
/** Where contents are written before they have a name. */
const INCOMING = 'incoming'

/** Hashes that are looked up at once. */
const MAX_LOOKED_UP = 1000

/** A folder of contents. It is made when the first one is written. */
export class FileFolder implements FileContents {
  readonly #folder: string
  readonly #isDurable: boolean
  #isMade = false
  #pins = new Map<string, number>()
  /** For each look for unused contents that is under way: what was written since it began. */
  #writtenMeanwhile = new Set<Set<string>>()

  /**
   * @param isDurable whether a content is on disk for good before {@link write} resolves
   */
  constructor(folder: string, isDurable: boolean) {
    this.#folder = folder
    this.#isDurable = isDurable
  }

  /**
   * Writes a content.
   *
   * @param admit called with the bytes so far, after each chunk; what it throws ends the writing,
   *   and nothing stays
   */
  async write(chunks: Chunks, admit: (size: number) => void): Promise<WrittenContent> {
    this.#make()
    const path = join(this.#folder, INCOMING, randomBytes(16).toString('hex'))
    const hash = createHash('sha256')
    let size = 0
    // 0600: the owner of the daemon alone.
    const handle = await open(path, NEW_FILE | this.#syncFlag, 0o600)
    try {
      try {
        for await (const chunk of chunks) {
          size += chunk.byteLength
          admit(size)
          hash.update(chunk)
          await writeAll(handle, chunk)
        }
        if (this.#isDurable && this.#syncFlag === 0) await handle.sync()
      } finally {
        await handle.close()
      }
      const sha256 = hash.digest('hex')
      const release = this.#pin(sha256)
      try {
        await this.#place(path, sha256)
      } catch (error) {
        release()
        throw error
      }
      return { sha256, size, release }
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }

  /** Bytes `from` to `to`, without `to`. @throws {Error} when the content is not there */
  async read(sha256: string, from: number, to: number): Promise<Buffer> {
    const handle = await open(this.#pathOf(sha256), 'r')
    try {
      const bytes = Buffer.allocUnsafe(to - from)
      let at = 0
      while (at < bytes.length) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, from + at)
        if (bytesRead === 0) throw new Error(`The content ${sha256} is shorter than it was`)
        at += bytesRead
      }
      return bytes
    } finally {
      await handle.close()
    }
  }

  /** Bytes `from` to `to`, without `to`, as they are read. */
  stream(sha256: string, from: number, to: number): Readable {
    if (to <= from) return createReadStream('/dev/null')
    return createReadStream(this.#pathOf(sha256), { start: from, end: to - 1 })
  }

  /** The whole content, whose bytes are read from the disk when they are wanted. */
  blob(sha256: string, type: string): Promise<Blob> {
    return openAsBlob(this.#pathOf(sha256), { type })
  }

  /** Notes that a content is used now; `false` when it is not there. */
  async touch(sha256: string): Promise<boolean> {
    const now = new Date()
    try {
      await utimes(this.#pathOf(sha256), now, now)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
  }

  /**
   * Removes contents that no record has.
   *
   * @param find returns their hashes; what is written while it looks stays, as it may get a record
   *   after it has looked
   */
  async drop(find: () => Promise<readonly string[]>): Promise<void> {
    const written = new Set<string>()
    this.#writtenMeanwhile.add(written)
    try {
      for (const sha256 of await find()) {
        if (!this.#pins.has(sha256) && !written.has(sha256)) this.#unlink(sha256)
      }
    } finally {
      this.#writtenMeanwhile.delete(written)
    }
  }

  #unlink(sha256: string): void {
    try {
      // At once: a writer that comes in between would find its content gone.
      unlinkSync(this.#pathOf(sha256))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  /**
   * Removes contents without a record, which an earlier process has left.
   *
   * @param withoutRecord returns those of some hashes that no record has
   */
  async clean(
    withoutRecord: (hashes: readonly string[]) => Promise<readonly string[]>,
  ): Promise<void> {
    for (const name of await namesIn(this.#folder)) {
      if (name === INCOMING) continue
      const hashes = (await namesIn(join(this.#folder, name))).filter(isHash)
      for (let i = 0; i < hashes.length; i += MAX_LOOKED_UP) {
        await this.drop(() => withoutRecord(hashes.slice(i, i + MAX_LOOKED_UP)))
      }
    }
  }

  /** Removes what is half written. To be called before the first {@link write}. */
  async clearIncoming(): Promise<void> {
    await rm(join(this.#folder, INCOMING), { recursive: true, force: true })
  }

  #pin(sha256: string): () => void {
    this.#pins.set(sha256, (this.#pins.get(sha256) ?? 0) + 1)
    for (const written of this.#writtenMeanwhile) written.add(sha256)
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      const left = (this.#pins.get(sha256) as number) - 1
      if (left === 0) this.#pins.delete(sha256)
      else this.#pins.set(sha256, left)
    }
  }

  async #place(from: string, sha256: string): Promise<void> {
    const folder = join(this.#folder, sha256.slice(0, 2))
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Over the same content, if it is there.
    await rename(from, this.#pathOf(sha256))
    if (!this.#isDurable || this.#syncFlag !== 0) return
    for (const path of [folder, this.#folder]) {
      const handle = await open(path, 'r')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    }
  }

  /** Under permissions Node has no fsync: there each write is on disk when it returns. */
  get #syncFlag(): number {
    return this.#isDurable && process.permission !== undefined ? constants.O_SYNC : 0
  }

  #make(): void {
    if (this.#isMade) return
    mkdirSync(join(this.#folder, INCOMING), { recursive: true, mode: 0o700 })
    this.#isMade = true
  }

  #pathOf(sha256: string): string {
    return contentPath(this.#folder, sha256)
  }
}

/** Where a content is in a folder of contents. @param sha256 in hex; another text is refused */
export function contentPath(folder: string, sha256: string): string {
  // A hash is the only text that becomes a path, and it is one of ours.
  if (!isHash(sha256)) throw new Error('a content has no such hash')
  return join(folder, sha256.slice(0, 2), sha256)
}

const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength; ) {
    const { bytesWritten } = await handle.write(chunk, at, chunk.byteLength - at)
    at += bytesWritten
  }
}
