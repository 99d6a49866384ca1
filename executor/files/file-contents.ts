/** The contents of files: each once, under its SHA-256 in hex. */

import type { Readable } from 'node:stream'

/** A content that was written; it stays until `release` is called and no record has it. */
export interface WrittenContent {
  /** In hex. */
  readonly sha256: string
  readonly size: number
  /** Takes the pin away: to be called when the record is there, or will not be. */
  release(): void
}

/** Chunks of bytes. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Contents of files, as executions write and read them. */
export interface FileContents {
  /**
   * Writes a content.
   *
   * @param admit called with the bytes so far, after each chunk; what it throws ends the writing
   * @throws {RangeError} `LIMIT_EXCEEDED`: it is longer than a content may be here
   */
  write(chunks: Chunks, admit: (size: number) => void): Promise<WrittenContent>
  /** Bytes `from` to `to`, without `to`. @throws {Error} when the content is not there */
  read(sha256: string, from: number, to: number): Promise<Buffer>
  /** Bytes `from` to `to`, without `to`, as they are read. */
  stream(sha256: string, from: number, to: number): Readable
  /** The whole content, whose bytes are read from the disk when they are wanted. */
  blob(sha256: string, type: string): Promise<Blob>
  /**
   * Removes contents that no record has.
   *
   * @param find returns their hashes
   */
  drop(find: () => Promise<readonly string[]>): Promise<void>
}
