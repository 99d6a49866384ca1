/** Files at a daemon: bytes go over HTTP, and values refer to them. */

import { untilAnswered } from '../protocol/base/backoff.ts'
import type { Files, UploadedFile } from '../protocol/execution/stored-file.ts'
import type { FileFacts, FileLike, FileReference } from '../protocol/values/file-reference.ts'
import type { StoreFile } from '../protocol/values/stored-files.ts'
import type { Connection } from './http.ts'

/** What the daemon answers to a file that was sent. */
type SentFile = UploadedFile & { readonly lastModified: number }

/** The files of a client. */
export class ClientFiles implements Files {
  readonly #connection: Connection
  readonly #closed: AbortSignal

  /** @param closed gives up the files of values that are on their way; absent: nothing does */
  constructor(connection: Connection, closed = neverAborted) {
    this.#connection = connection
    this.#closed = closed
  }

  async upload(blob: Blob, { name }: { readonly name?: string } = {}): Promise<UploadedFile> {
    const { lastModified, ...file } = await this.#send(blob, name ?? nameOf(blob))
    return file
  }

  async download(fileId: string): Promise<Blob> {
    const response = await this.#connection.send('GET', pathOf(fileId))
    const type = response.headers.get('content-type') ?? ''
    const bytes = await response.blob()
    const name = nameIn(response.headers.get('content-disposition') ?? '')
    const lastModified = Date.parse(response.headers.get('last-modified') ?? '')
    const options = { type, ...(Number.isFinite(lastModified) && { lastModified }) }
    return name === undefined ? new Blob([bytes], { type }) : new File([bytes], name, options)
  }

  async delete(fileId: string): Promise<void> {
    await this.#connection.send('DELETE', pathOf(fileId))
  }

  /**
   * A link to a file that needs no token.
   *
   * @param options `expiresMs`: how long it works; an hour by default
   */
  async link(fileId: string, options: { readonly expiresMs?: number } = {}): Promise<string> {
    const path = `${pathOf(fileId)}/link`
    const { url } = await this.#connection.json<{ url: string }>('POST', path, { body: options })
    return url
  }

  /** Sends a file that is a part of a value. */
  readonly store: StoreFile = file => this.#store(file, false)

  /** As {@link store}, for the answer to a call: it stays at the daemon with its execution alone. */
  readonly answer: StoreFile = file => this.#store(file, true)

  async #store(file: FileLike | FileReference, isTransfer: boolean): Promise<FileFacts> {
    if ('fileId' in file) return { ...file }
    const isBytes = file instanceof Uint8Array
    const blob = isBytes ? new Blob([file as Uint8Array<ArrayBuffer>], { type: file.type }) : file
    const name = isBytes ? (file.name ?? 'file') : nameOf(blob)
    const signal = this.#closed
    const send = () => this.#send(blob, name, isTransfer, signal)
    const { name: sentName, ...facts } = await untilAnswered(send, signal)
    return { ...facts, ...(name !== undefined && { name: sentName }) }
  }

  #send(
    blob: Blob,
    name: string | undefined,
    isTransfer = false,
    signal?: AbortSignal,
  ): Promise<SentFile> {
    const query = new URLSearchParams({
      ...(name !== undefined && { name }),
      ...(isTransfer && { transfer: 'true' }),
    })
    const headers: Record<string, string> = blob.type === '' ? {} : { 'content-type': blob.type }
    return this.#connection.json('POST', `/v1/files?${query}`, { bytes: blob, headers, signal })
  }
}

const neverAborted = new AbortController().signal

const pathOf = (fileId: string) => `/v1/files/${encodeURIComponent(fileId)}`

const nameOf = (blob: Blob): string | undefined => {
  const { name } = blob as { name?: unknown }
  return typeof name === 'string' ? name : undefined
}

/** The name in a `Content-Disposition` of the daemon's: RFC 8187. */
function nameIn(disposition: string): string | undefined {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1]
  return encoded === undefined ? undefined : decodeURIComponent(encoded)
}
