/** Large or shared bodies, stored once each by their hash and counted by use. */

import { createHash } from 'node:crypto'
import type { Connection } from './connection.ts'
import { fromColumn, type TextColumn, toColumn } from './exact-text.ts'

/** Id of a blob. */
export type BlobId = number

/**
 * SHA-256 of a body with its type, since equal bytes of a string and of bytes are read differently.
 */
export function hashOf(body: TextColumn): Buffer {
  const type = typeof body === 'string' ? 'text:' : 'bytes:'
  return createHash('sha256').update(type).update(body).digest()
}

/** Operations on blobs: each body is stored once and removed after its last use. */
export class Blobs {
  #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Keeps a string for one more use. */
  keepText(text: string): BlobId {
    return this.#keep(toColumn(text))
  }

  /** Keeps bytes for one more use. */
  keepBytes(bytes: Uint8Array): BlobId {
    return this.#keep(bytes)
  }

  #keep(body: TextColumn): BlobId {
    const hash = hashOf(body)
    const known = this.#connection.get<{ id: number }>(
      'UPDATE blob SET uses = uses + 1 WHERE hash = ? RETURNING id',
      hash,
    )
    if (known !== undefined) return known.id
    return this.#connection.insert(
      'INSERT INTO blob (hash, body, uses) VALUES (?, ?, 1)',
      hash,
      body,
    )
  }

  text(id: BlobId): string {
    return fromColumn(this.#body(id))
  }

  bytes(id: BlobId): Uint8Array {
    return this.#body(id) as Uint8Array
  }

  #body(id: BlobId): TextColumn {
    const row = this.#connection.get<{ body: TextColumn }>('SELECT body FROM blob WHERE id = ?', id)
    if (row === undefined) throw new Error(`The store has lost its blob ${id}`)
    return row.body
  }

  /** Ends one use; the last one's end removes the blob. */
  release(id: BlobId): void {
    this.#connection.run('UPDATE blob SET uses = uses - 1 WHERE id = ?', id)
    this.#connection.run('DELETE FROM blob WHERE id = ? AND uses = 0', id)
  }
}
