/** The contents of files that several daemons share: each once, by its hash. */

/** A content in another place than the database, which says only that it is there. */
export interface ContentPlace {
  /** Writes the bytes under the hash; what stands there already is the same. */
  put(sha256: string, size: number): Promise<void>
  /** Removes the bytes, if they are there. */
  remove(sha256: string): Promise<void>
}

/** The contents that a shared store knows. */
export interface ContentStore {
  /**
   * Keeps a content for at least {@link CONTENT_GRACE_MS}, by when a record of a file has it.
   *
   * @param open the bytes from the first on; called only when they are not there
   * @param place where they go; absent: into the database
   */
  keep(
    sha256: string,
    size: number,
    open: () => AsyncIterable<Uint8Array>,
    place?: ContentPlace,
  ): Promise<void>
  /** Bytes of a content; `undefined`: it is not there. */
  size(sha256: string): Promise<number | undefined>
  /** Bytes `from` to `to`, without `to`, of a content in the database. @throws {Error} it is not there */
  read(sha256: string, from: number, to: number): AsyncIterable<Uint8Array>
  /**
   * Removes contents that no record has and no writer has kept for {@link CONTENT_GRACE_MS}, and what was
   * left half written that long ago.
   *
   * @param place where the bytes are; absent: in the database
   * @returns how many
   */
  sweep(place?: ContentPlace): Promise<number>
}

/** A content without a record stays for an hour: another daemon may be about to add the record. */
export const CONTENT_GRACE_MS = 3_600_000
