/** The files of an embedded executor: in a folder for temporary files, as long as the process. */

import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LatchdError } from '../../protocol/errors.ts'
import type { Files, UploadedFile } from '../../protocol/execution/stored-file.ts'
import { limitTable } from '../../protocol/limits.ts'
import { LOCAL_CALLER } from '../../protocol/local-caller.ts'
import { type FileLike, FileReference } from '../../protocol/values/file-reference.ts'
import { ExecutionFiles, type FilePlace, type FilesOwner } from '../files/execution-files.ts'
import { FileFolder } from '../files/file-folder.ts'
import { MemoryRecords } from '../files/memory-records.ts'

/** Bytes that all files may take: 4 GiB, as one execution may at most. */
const MAX_BYTES = limitTable.maxFilesBytes.ceiling
/** Beyond so many bytes, the files of executions that have ended go, oldest first. */
const KEEP_BYTES = 1024 * 1024 * 1024
/** And beyond so many executions. */
const KEEP_EXECUTIONS = 1000

/** Stores the files of an embedded executor. */
export class EmbeddedFiles implements Files {
  readonly #folder = join(tmpdir(), `latchd-${randomBytes(8).toString('hex')}`)
  readonly #records = new MemoryRecords()
  readonly #contents = new FileFolder(this.#folder, false)
  readonly #place: FilePlace = {
    contents: this.#contents,
    records: this.#records,
    now: Date.now,
    maxOwnerBytes: () => MAX_BYTES,
  }
  readonly #uploads = new ExecutionFiles(this.#place, {
    executionId: '',
    sessionId: undefined,
    caller: LOCAL_CALLER,
    kind: 'upload',
    limits: { maxFileBytes: limitTable.maxFileBytes.ceiling, maxFilesBytes: MAX_BYTES },
  })
  readonly #hasSession: (sessionId: string) => boolean
  /** Executions that have ended, oldest first. */
  #ended: string[] = []
  #onExit: (() => void) | undefined

  /** @param hasSession whether a session is still there, whose files stay with it */
  constructor(hasSession: (sessionId: string) => boolean) {
    this.#hasSession = hasSession
  }

  /** The files of an execution. */
  of(plan: FilesOwner): ExecutionFiles {
    // An app that does not close its executor leaves no files behind either.
    if (this.#onExit === undefined) {
      this.#onExit = () => rmSync(this.#folder, { recursive: true, force: true })
      process.once('exit', this.#onExit)
    }
    return new ExecutionFiles(this.#place, plan)
  }

  /** Takes a file of the inputs: one that was sent before, or bytes to be stored. */
  async take(file: FileLike | FileReference): Promise<UploadedFile & { lastModified: number }> {
    if (!(file instanceof FileReference)) {
      const facts = await this.#uploads.store(file)
      return { ...facts, name: facts.name ?? 'file' }
    }
    const record = await this.#find(file.fileId)
    const { fileId, name = 'file', type, size, sha256, lastModified } = record
    return { fileId, name, type, size, sha256, lastModified }
  }

  /** An execution has ended: its files stay while there is room. */
  async end(executionId: string): Promise<void> {
    this.#ended.push(executionId)
    const fileIds = this.#records.idsWithout(this.#hasSession)
    if (fileIds.length > 0) await this.#contents.drop(() => this.#records.removeFiles(fileIds))
    while (this.#ended.length > 1 && (await this.#isFull())) {
      const ids = this.#records.idsOf(this.#ended.shift() as string)
      if (ids.length > 0) await this.#contents.drop(() => this.#records.removeFiles(ids))
    }
  }

  async #isFull(): Promise<boolean> {
    if (this.#ended.length > KEEP_EXECUTIONS) return true
    return (await this.#records.ownerFileBytes(LOCAL_CALLER)) > KEEP_BYTES
  }

  async upload(blob: Blob, { name }: { readonly name?: string } = {}): Promise<UploadedFile> {
    const file = name === undefined ? blob : new File([blob], name, { type: blob.type })
    const { lastModified, ...facts } = await this.take(file)
    return facts
  }

  async download(fileId: string): Promise<Blob> {
    const { sha256, name, type, lastModified } = await this.#find(fileId)
    const blob = await this.#contents.blob(sha256, type)
    return name === undefined ? blob : new File([blob], name, { type, lastModified })
  }

  async delete(fileId: string): Promise<void> {
    await this.#find(fileId)
    await this.#contents.drop(() => this.#records.removeFiles([fileId]))
  }

  async #find(fileId: string) {
    const record = await this.#records.file(fileId)
    if (record !== undefined) return record
    throw new LatchdError('NOT_FOUND', `There is no file ${fileId}`)
  }

  /** Removes all files. */
  close(): void {
    if (this.#onExit === undefined) return
    process.removeListener('exit', this.#onExit)
    this.#onExit()
  }
}
