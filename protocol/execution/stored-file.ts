/** Files as apps handle them: what a program gave out, and what an app sends in. */

import type { FileFacts } from '../values/file-reference.ts'
import type { EmittedFile } from './execution.ts'

/** Reads the bytes of a stored file. */
export type ReadFile = (fileId: string) => Promise<Blob>

/** A file of an outcome. Its bytes are read when they are asked for. */
export class StoredFile implements EmittedFile {
  readonly fileId: string
  readonly name: string
  readonly type: string
  readonly size: number
  readonly #read: ReadFile

  constructor(file: Pick<FileFacts, 'fileId' | 'name' | 'type' | 'size'>, read: ReadFile) {
    this.fileId = file.fileId
    this.name = file.name ?? 'file'
    this.type = file.type
    this.size = file.size
    this.#read = read
  }

  /** The file with its bytes. @throws {LatchdError} `NOT_FOUND` when it is not kept any more */
  blob(): Promise<Blob> {
    return this.#read(this.fileId)
  }

  /** Its bytes. @throws {LatchdError} as {@link blob} */
  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await (await this.blob()).arrayBuffer())
  }

  /** Its text, as UTF-8. @throws {LatchdError} as {@link blob} */
  async text(): Promise<string> {
    return await (await this.blob()).text()
  }
}

/** The facts of a file that was sent. */
export interface UploadedFile extends EmittedFile {
  /** SHA-256 of the bytes, in hex. */
  readonly sha256: string
}

/** Files of this caller, without an execution. */
export interface Files {
  /**
   * Stores a file. Programs find it where `{ $file: fileId }` stands in their inputs.
   *
   * @param blob a `File` has its name with it
   * @throws {LatchdError} `PAYLOAD_TOO_LARGE`, `FILES_FULL`, `STORE_FULL`
   */
  upload(blob: Blob, options?: { readonly name?: string }): Promise<UploadedFile>
  /** A stored file with its bytes. @throws {LatchdError} `NOT_FOUND` */
  download(fileId: string): Promise<Blob>
  /** Removes a file. @throws {LatchdError} `NOT_FOUND`, `CONFLICT` while its execution goes on */
  delete(fileId: string): Promise<void>
}
