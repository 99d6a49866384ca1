/** The files of a daemon: their contents, and their records in the store. */

import type { Readable } from 'node:stream'
import {
  ExecutionFiles,
  type FilePlace,
  type FilesOwner,
  newFileId,
} from '../../executor/files/execution-files.ts'
import type { FileFolder } from '../../executor/files/file-folder.ts'
import { safeName, safeType } from '../../executor/files/file-name.ts'
import type { FileRecord } from '../../executor/files/file-record.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { limitTable } from '../../protocol/limits.ts'
import type { Caller } from '../auth/caller.ts'
import type { Logger } from '../log/log.ts'
import type { FileStore } from '../store/file-store.ts'
import type { SharedContents } from './shared-contents.ts'

/** The longest upload: as long as any file of an execution may be. */
export const MAX_UPLOAD_BYTES = limitTable.maxFileBytes.ceiling
/** Bytes of the files of a token without a limit of its own. */
export const MAX_OWNER_FILE_BYTES = 8 * 1024 * 1024 * 1024
/** A file for a call that is not answered within this time goes. */
const SENT_MS = 3_600_000
/** A file of an execution is looked at by no sweep before. */
const MADE_MS = 60_000

/** What {@link FileService} works with. */
export interface FileServiceDependencies {
  readonly store: FileStore
  readonly contents: FileFolder | SharedContents
  readonly log: Pick<Logger, 'info' | 'error'>
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Milliseconds that uploads stay. */
  readonly keepMs: number
  /** Whether other daemons have executions in memory whose files are in this store. */
  readonly isShared: boolean
  /** Bytes that the files of a caller may take; `undefined`: the default. */
  readonly maxBytesOf: (owner: string) => number | undefined
}

/** A file that a caller sends. */
export interface Upload {
  readonly name: string | undefined
  readonly type: string
  /** Whether it is for the answer of a call, which takes it over. */
  readonly isTransfer: boolean
}

/** Takes, gives and removes files, and makes those of executions. */
export class FileService {
  readonly #deps: FileServiceDependencies
  readonly #contents: FileFolder | SharedContents
  readonly #place: FilePlace

  constructor(deps: FileServiceDependencies) {
    this.#deps = deps
    this.#contents = deps.contents
    this.#place = {
      contents: this.#contents,
      records: deps.store,
      now: deps.now,
      maxOwnerBytes: owner => this.#maxBytesOf(owner),
    }
  }

  /** The files of an execution. */
  readonly of = (plan: FilesOwner): ExecutionFiles => new ExecutionFiles(this.#place, plan)

  /**
   * Stores what a caller sends.
   *
   * @throws {LatchdError} `PAYLOAD_TOO_LARGE`, `FILES_FULL`, `STORE_FULL`
   */
  async upload(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    { name, type, isTransfer }: Upload,
    caller: Caller,
  ): Promise<FileRecord> {
    const { store, now } = this.#deps
    const most = this.#maxBytesOf(caller.name)
    const used = await store.ownerFileBytes(caller.name)
    const admit = (size: number) => {
      if (size > MAX_UPLOAD_BYTES) {
        const message = `Cannot store the file: more than ${MAX_UPLOAD_BYTES} bytes`
        throw new LatchdError('PAYLOAD_TOO_LARGE', message)
      }
      if (used + size <= most) return
      const message = `Cannot store the file: the files of the token have ${used} bytes, limit maxFilesBytes ${most}`
      throw new LatchdError('FILES_FULL', message)
    }
    const content = await this.#contents.write(chunks, admit).catch(error => {
      throw refusalOf(error)
    })
    try {
      const atMs = now()
      const record: FileRecord = {
        fileId: newFileId(),
        kind: isTransfer ? 'transfer' : 'upload',
        owner: caller.name,
        ...(name !== undefined && { name: safeName(name) }),
        type: safeType(type),
        size: content.size,
        sha256: content.sha256,
        lastModified: atMs,
        createdAtMs: atMs,
      }
      await store.addFile(record)
      return record
    } finally {
      content.release()
    }
  }

  /** A file of a caller. @throws {LatchdError} `NOT_FOUND`, also for one of another caller */
  async find(fileId: string, caller: Caller): Promise<FileRecord> {
    const record = await this.#deps.store.file(fileId)
    const isTheirs = record?.owner === caller.name || caller.seesAll
    if (record !== undefined && isTheirs && record.kind !== 'piece') return record
    throw noFile(fileId)
  }

  /** A file that a signed link names. @throws {LatchdError} `NOT_FOUND` */
  async linked(fileId: string): Promise<FileRecord> {
    const record = await this.#deps.store.file(fileId)
    if (record === undefined) throw noFile(fileId)
    return record
  }

  /** Bytes `from` to `to`, without `to`, of a file. */
  read({ sha256 }: FileRecord, from: number, to: number): Readable {
    return this.#contents.stream(sha256, from, to)
  }

  /** Removes a file. Its content goes with the last file that has it. */
  async remove({ fileId }: FileRecord): Promise<void> {
    await this.#contents.drop(() => this.#deps.store.removeFiles([fileId]))
  }

  /** Removes the files of an execution that was removed, but for those that its session keeps. */
  async forget(executionId: string): Promise<void> {
    const { store } = this.#deps
    const files = await store.filesOfExecution(executionId)
    const own = files.filter(({ sessionId }) => sessionId === undefined)
    if (own.length === 0) return
    await this.#contents.drop(() => store.removeFiles(own.map(({ fileId }) => fileId)))
  }

  /** Removes what an earlier process left half written, and contents without a record. */
  async start(): Promise<void> {
    await this.#contents.clearIncoming()
    this.#cleaning = this.#clean()
  }

  #cleaning: Promise<void> = Promise.resolve()

  async #clean(): Promise<void> {
    try {
      await this.#contents.clean(hashes => this.#deps.store.unusedContents(hashes))
    } catch (error) {
      // The contents take room until the next start tries again.
      this.#deps.log.error({ err: error }, 'contents without a file were not removed')
    }
  }

  /** Removes old files. @param inMemory executions that the store does not have */
  async sweep(inMemory: () => readonly string[]): Promise<void> {
    const { store, now, keepMs, isShared, log } = this.#deps
    const nowMs = now()
    // This daemon does not know the executions in another one's memory: their files stay as long as uploads.
    const madeBeforeMs = nowMs - (isShared ? keepMs : MADE_MS)
    let files = 0
    for (let isLast = false; !isLast; ) {
      await this.#contents.drop(async () => {
        const swept = await store.sweepFiles({
          uploadedBeforeMs: nowMs - keepMs,
          sentBeforeMs: nowMs - SENT_MS,
          madeBeforeMs,
          inMemory: inMemory(),
        })
        files += swept.files
        isLast = swept.isLast
        return swept.hashes
      })
    }
    if (files > 0) log.info({ files }, 'files forgotten by retention')
    if (!('sweep' in this.#contents)) return
    await this.#contents.sweep()
    // Files that other daemons have removed leave the folder of this one too.
    await this.#contents.clean(hashes => store.unusedContents(hashes))
  }

  /** Resolves when nothing is done in the background any more. */
  async close(): Promise<void> {
    await this.#cleaning
  }

  #maxBytesOf(owner: string): number {
    return this.#deps.maxBytesOf(owner) ?? MAX_OWNER_FILE_BYTES
  }
}

function noFile(fileId: string): LatchdError {
  return new LatchdError('NOT_FOUND', `There is no file ${fileId}`)
}

/** The error for a caller whose file could not be written. */
function refusalOf(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new LatchdError('STORE_FULL', 'Cannot store the file: the disk is full', {
      cause: error,
    })
  }
  if (code === 'LIMIT_EXCEEDED') {
    return new LatchdError('PAYLOAD_TOO_LARGE', (error as Error).message)
  }
  if (code !== 'ECONNRESET') return error
  return new LatchdError('INVALID_REQUEST', 'The body broke off', { cause: error })
}
