/**
 * The contents of files that several daemons share: in the database or in a bucket, and a copy of
 * those that were used here in the state folder.
 *
 * A content is written into the folder first, which gives its hash, and is shared before its writer
 * gets it. It is read from the folder if it is there.
 */

import { Readable } from 'node:stream'
import type { Chunks, FileContents, WrittenContent } from '../../executor/files/file-contents.ts'
import type { FileFolder } from '../../executor/files/file-folder.ts'
import { trimFolder } from '../../executor/files/trim-folder.ts'
import type { ContentPlace, ContentStore } from '../store/content-store.ts'

/** A place of contents outside of the database. */
export interface ContentBucket extends ContentPlace {
  /** Bytes `from` to `to`, without `to`. @throws {LatchdError} `STORE_UNAVAILABLE` */
  read(sha256: string, from: number, to: number): AsyncIterable<Uint8Array>
}

/** What {@link SharedContents} work with. */
export interface SharedContentsDependencies {
  readonly folder: FileFolder
  /** The path of the folder. */
  readonly path: string
  readonly store: ContentStore
  /** Where the bytes are; absent: in the database. */
  readonly bucket: ContentBucket | undefined
}

/** Bytes of one content in the database: 64 MiB. A bucket takes longer ones. */
export const MAX_DATABASE_FILE_BYTES = 64 * 1024 * 1024
/** Bytes of the folder that a sweep leaves: 2 GiB. */
const MAX_FOLDER_BYTES = 2 * 1024 * 1024 * 1024

/** Contents that all daemons over a store have. */
export class SharedContents implements FileContents {
  readonly #deps: SharedContentsDependencies

  constructor(deps: SharedContentsDependencies) {
    this.#deps = deps
  }

  async write(chunks: Chunks, admit: (size: number) => void): Promise<WrittenContent> {
    const { folder, bucket } = this.#deps
    const content = await folder.write(chunks, size => {
      admit(size)
      if (bucket === undefined && size > MAX_DATABASE_FILE_BYTES) throw tooLong()
    })
    try {
      await this.#share(content.sha256, content.size)
      return content
    } catch (error) {
      content.release()
      throw error
    }
  }

  #share(sha256: string, size: number): Promise<void> {
    const { folder, store, bucket } = this.#deps
    return store.keep(sha256, size, () => folder.stream(sha256, 0, size), bucket)
  }

  async read(sha256: string, from: number, to: number): Promise<Buffer> {
    try {
      return await this.#deps.folder.read(sha256, from, to)
    } catch (error) {
      if (!isAbsent(error)) throw error
      return Buffer.concat(await Array.fromAsync(this.#remote(sha256, from, to)))
    }
  }

  stream(sha256: string, from: number, to: number): Readable {
    return Readable.from(this.#chunks(sha256, from, to), { objectMode: false })
  }

  async *#chunks(sha256: string, from: number, to: number): AsyncGenerator<Uint8Array> {
    let hasBegun = false
    try {
      for await (const chunk of this.#deps.folder.stream(sha256, from, to)) {
        hasBegun = true
        yield chunk
      }
    } catch (error) {
      if (hasBegun || !isAbsent(error)) throw error
      yield* this.#remote(sha256, from, to)
    }
  }

  #remote(sha256: string, from: number, to: number): AsyncIterable<Uint8Array> {
    return (this.#deps.bucket ?? this.#deps.store).read(sha256, from, to)
  }

  async blob(sha256: string, type: string): Promise<Blob> {
    const { folder } = this.#deps
    if (!(await folder.touch(sha256))) await this.#fetch(sha256)
    return await folder.blob(sha256, type)
  }

  /** Brings a content into the folder. */
  async #fetch(sha256: string): Promise<void> {
    const { folder, store } = this.#deps
    const size = await store.size(sha256)
    if (size === undefined) throw new Error(`The content ${sha256} is not there`)
    const content = await folder.write(this.#remote(sha256, 0, size), () => {})
    content.release()
    if (content.sha256 === sha256) return
    await folder.drop(async () => [content.sha256])
    throw new Error(`The content ${sha256} is damaged where it is shared`)
  }

  /** Removes contents from the folder. Where they are shared a {@link sweep} removes them. */
  drop(find: () => Promise<readonly string[]>): Promise<void> {
    return this.#deps.folder.drop(find)
  }

  clearIncoming(): Promise<void> {
    return this.#deps.folder.clearIncoming()
  }

  clean(withoutRecord: (hashes: readonly string[]) => Promise<readonly string[]>): Promise<void> {
    return this.#deps.folder.clean(withoutRecord)
  }

  /** Removes contents that no record has, and the oldest ones of the folder beyond its size. */
  async sweep(): Promise<void> {
    const { store, bucket, path } = this.#deps
    await store.sweep(bucket)
    await trimFolder(path, MAX_FOLDER_BYTES, Date.now())
  }
}

const isAbsent = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT'

function tooLong(): Error {
  const message = `Cannot store a file of more than ${MAX_DATABASE_FILE_BYTES} bytes in the database: set LATCHD_FILES_URL to a bucket for longer ones`
  return Object.assign(new RangeError(message), { code: 'LIMIT_EXCEEDED' })
}
