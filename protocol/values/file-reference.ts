/**
 * Files in values: they cross by reference, `["File", facts]` in devalue's format. The bytes stay
 * where they are stored, and are read from there.
 */

/** The facts of a stored file. */
export interface FileFacts {
  readonly fileId: string
  /** A label without path; absent: it is a `Blob`, which has no name. */
  readonly name?: string
  /** MIME type; empty when it is not known. */
  readonly type: string
  /** In bytes. */
  readonly size: number
  /** SHA-256 of the bytes, in hex. */
  readonly sha256: string
  /** Epoch milliseconds. */
  readonly lastModified: number
}

/** A part of a stored file: bytes `from` to `to`, without `to`. */
export interface FileRange {
  readonly sha256: string
  readonly from: number
  readonly to: number
}

/** A file in a value that was decoded: its facts, without its bytes. */
export class FileReference implements FileFacts {
  readonly fileId: string
  readonly name?: string
  readonly type: string
  readonly size: number
  readonly sha256: string
  readonly lastModified: number

  constructor({ fileId, name, type, size, sha256, lastModified }: FileFacts) {
    this.fileId = fileId
    if (name !== undefined) this.name = name
    this.type = type
    this.size = size
    this.sha256 = sha256
    this.lastModified = lastModified
  }
}

/** A value with bytes that crosses as a file: a `File`, a `Blob`, bytes that have a `type`. */
export type FileLike = Blob | (Uint8Array & { readonly type: string; readonly name?: string })

/** Whether a value crosses as a file. Other classes than the machine's own count by their shape. */
export function isFileLike(value: unknown): value is FileLike {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof Uint8Array) return typeof (value as { type?: unknown }).type === 'string'
  const kind = Object.prototype.toString.call(value)
  if (kind !== '[object Blob]' && kind !== '[object File]') return false
  const { arrayBuffer, size } = value as { arrayBuffer?: unknown; size?: unknown }
  return typeof arrayBuffer === 'function' && typeof size === 'number'
}

/** The files of a value that have to be stored before it can be encoded. */
export class UnstoredFiles extends TypeError {
  readonly code = 'VALUE_NOT_TRANSFERABLE'
  readonly files: readonly (FileLike | FileReference)[]

  constructor(root: string, files: readonly (FileLike | FileReference)[]) {
    super(`Cannot send ${root}: it has a file in it, which is not stored here`)
    this.files = files
  }
}

/** How many files one value may have. */
export const MAX_FILES_OF_VALUE = 1000

/** Whether a value is the facts of a file, as the other side of the boundary claims them. */
export function isFileFacts(value: unknown): value is FileFacts {
  if (typeof value !== 'object' || value === null) return false
  const { fileId, name, type, size, sha256, lastModified } = value as Record<string, unknown>
  return (
    typeof fileId === 'string' &&
    (name === undefined || typeof name === 'string') &&
    typeof type === 'string' &&
    typeof size === 'number' &&
    typeof sha256 === 'string' &&
    typeof lastModified === 'number'
  )
}
