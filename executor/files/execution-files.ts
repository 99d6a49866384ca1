/** The files of one execution: stored for its tools and its program, and opened for them. */

import { createHash, randomBytes } from 'node:crypto'
import type { Limits } from '../../protocol/limits.ts'
import {
  type FileFacts,
  type FileLike,
  type FileRange,
  FileReference,
} from '../../protocol/values/file-reference.ts'
import type { Chunks, FileContents } from './file-contents.ts'
import { safeName, safeType } from './file-name.ts'
import {
  type FilePart,
  MAX_CROSSING_BYTES,
  MAX_FILE_PARTS,
  type StoreFileInput,
} from './file-operations.ts'
import { type FileKind, type FileRecord, type FileRecords, factsOf } from './file-record.ts'
import { sniffedType } from './sniffed-type.ts'

/** Where the files of all executions are. */
export interface FilePlace {
  readonly contents: FileContents
  readonly records: FileRecords
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Bytes that the files of an owner may take. */
  readonly maxOwnerBytes: (owner: string) => number
}

/** The owner of files, and the bounds of their sizes. */
export interface FilesOwner {
  readonly executionId: string
  readonly sessionId: string | undefined
  /** Name of the caller. */
  readonly caller: string
  readonly limits: Pick<Limits, 'maxFileBytes' | 'maxFilesBytes'>
  /** Uploads that it may use as they are: those of its inputs. */
  readonly inputFiles?: readonly string[] | undefined
  /** Why its files are there; `execution` when absent. */
  readonly kind?: FileKind
}

/** Makes the files of an execution, from its plan. */
export type FilesOf = (plan: FilesOwner) => ExecutionFiles

/** Bytes that the files of the executions of one session may take: 4 GiB. */
export const MAX_SESSION_FILE_BYTES = 4 * 1024 * 1024 * 1024

/** The files of one execution. */
export class ExecutionFiles {
  readonly #place: FilePlace
  readonly #owner: FilesOwner
  /** By id; loaded from the records when the first is asked for. */
  #known: Promise<Map<string, FileRecord>> | undefined
  /** Files that were opened here: passed on, they are not stored again. */
  #opened = new WeakMap<object, FileFacts>()
  /** Bytes of the files that are being written. */
  #writing = 0
  /** Ends the execution: its files would be larger than `maxFilesBytes` together. */
  onFull: ((message: string) => void) | undefined

  constructor(place: FilePlace, owner: FilesOwner) {
    this.#place = place
    this.#owner = owner
  }

  /**
   * Stores what a tool has given, or takes over a file of the same caller.
   *
   * @throws {RangeError} `LIMIT_EXCEEDED`, `FILES_FULL`
   * @throws {TypeError} `VALUE_NOT_TRANSFERABLE` for a reference to a file that the caller has not
   */
  async store(file: FileLike | FileReference): Promise<FileFacts> {
    const opened = this.#opened.get(file)
    if (opened !== undefined) return opened
    if (file instanceof FileReference) return factsOf(await this.#adopted(file.fileId))
    const fileId = newFileId()
    if (file instanceof Uint8Array) {
      const given = typeof file.name === 'string' ? file.name : undefined
      const name = given ?? 'file'
      const facts = { fileId, name, type: file.type || sniffedType(file) }
      return await this.#write({ ...facts, lastModified: this.#place.now() }, [file])
    }
    const { name, lastModified } = file as { name?: unknown; lastModified?: unknown }
    const facts = {
      fileId,
      ...(typeof name === 'string' && { name }),
      type: file.type,
      lastModified: typeof lastModified === 'number' ? lastModified : this.#place.now(),
    }
    return await this.#write(facts, chunksOf(file))
  }

  /**
   * Stores a file of the program.
   *
   * @param callNumber number of the request, which gives the file its id: a repetition replaces it
   * @throws as {@link store}
   */
  async make(input: StoreFileInput, callNumber: number): Promise<FileFacts> {
    const { name, type, lastModified, parts, isPiece } = input
    if (parts.length > MAX_FILE_PARTS) {
      const message = `Cannot make a file of ${parts.length} parts, limit ${MAX_FILE_PARTS}`
      throw refusal(RangeError, 'LIMIT_EXCEEDED', message)
    }
    const fileId = `fil_${hex(`${this.#owner.executionId}:${callNumber}`)}`
    const facts = { fileId, ...(name !== undefined && { name }), type, lastModified }
    return await this.#write(facts, this.#chunksOf(parts), isPiece ? 'piece' : 'execution')
  }

  /** The place of bytes of a file. @throws {TypeError} `VALUE_NOT_TRANSFERABLE`, {RangeError} */
  async range(fileId: string, from: number, to: number): Promise<FileRange> {
    const { sha256, size } = await this.#find(fileId)
    const isRange = Number.isSafeInteger(from) && Number.isSafeInteger(to)
    if (!isRange || from < 0 || to < from || to > size || to - from > MAX_CROSSING_BYTES) {
      throw refusal(RangeError, 'LIMIT_EXCEEDED', `The file has no bytes ${from} to ${to}`)
    }
    return { sha256, from, to }
  }

  /** The bytes of a range that {@link range} gave, in base64. */
  async readRange({ sha256, from, to }: FileRange): Promise<string> {
    if (from === to) return ''
    return (await this.#place.contents.read(sha256, from, to)).toString('base64')
  }

  /** The facts of a file of the execution. @throws {TypeError} `VALUE_NOT_TRANSFERABLE` */
  async facts(fileId: string): Promise<FileFacts> {
    return factsOf(await this.#find(fileId))
  }

  /**
   * A file of the execution for a tool. Its bytes are read from the disk when the tool wants them.
   * What the program claims about the file does not count.
   *
   * @throws {TypeError} `VALUE_NOT_TRANSFERABLE`
   */
  async open({ fileId }: FileReference): Promise<Blob> {
    const facts = await this.facts(fileId)
    const { name, type, lastModified } = facts
    const content = await this.#place.contents.blob(facts.sha256, type)
    const file = name === undefined ? content : new File([content], name, { type, lastModified })
    this.#opened.set(file, facts)
    return file
  }

  /** As {@link open}, for a tool elsewhere: a true reference. */
  async refer({ fileId }: FileReference): Promise<FileReference> {
    const reference = new FileReference(await this.facts(fileId))
    this.#opened.set(reference, reference)
    return reference
  }

  /** Removes the pieces. To be called when the execution has ended. */
  async end(): Promise<void> {
    if (this.#known === undefined) return
    const known = await this.#load()
    const pieces = [...known.values()].filter(({ kind }) => kind === 'piece')
    if (pieces.length === 0) return
    const { contents, records } = this.#place
    await contents.drop(() => records.removeFiles(pieces.map(({ fileId }) => fileId)))
  }

  async #find(fileId: string): Promise<FileRecord> {
    const known = (await this.#load()).get(fileId)
    if (known !== undefined) return known
    const { sessionId, caller } = this.#owner
    const record = await this.#place.records.file(fileId)
    const isOfSession = sessionId !== undefined && record?.sessionId === sessionId
    const isOurs = isOfSession || this.#owner.inputFiles?.includes(fileId) === true
    if (record !== undefined && isOurs && record.owner === caller) return record
    throw noFile(fileId)
  }

  /** A file of the same caller, which stays as long as the execution does from now on. */
  async #adopted(fileId: string): Promise<FileRecord> {
    const known = (await this.#load()).get(fileId)
    if (known !== undefined) return known
    const { records, contents, now } = this.#place
    const record = await records.file(fileId)
    if (record === undefined || record.owner !== this.#owner.caller) throw noFile(fileId)
    const { executionId, sessionId, caller } = this.#owner
    if (record.sessionId !== undefined && record.sessionId === sessionId) return record
    await this.#admitter('execution')(record.size)
    const adopted: FileRecord = {
      ...factsOf(record),
      fileId: newFileId(),
      kind: 'execution',
      owner: caller,
      executionId,
      ...(sessionId !== undefined && { sessionId }),
      createdAtMs: now(),
    }
    await records.addFile(adopted)
    ;(await this.#load()).set(adopted.fileId, adopted)
    if (record.kind === 'transfer') await contents.drop(() => records.removeFiles([fileId]))
    return adopted
  }

  #load(): Promise<Map<string, FileRecord>> {
    this.#known ??= this.#place.records
      .filesOfExecution(this.#owner.executionId)
      .then(records => new Map(records.map(record => [record.fileId, record])))
    return this.#known
  }

  async #write(
    facts: Pick<FileFacts, 'fileId' | 'name' | 'type' | 'lastModified'>,
    chunks: Chunks,
    kind: FileKind = this.#owner.kind ?? 'execution',
  ): Promise<FileFacts> {
    const { contents, records, now } = this.#place
    const { executionId, sessionId, caller } = this.#owner
    const admit = await this.#admission(kind)
    let reserved = 0
    try {
      const content = await contents.write(chunks, size => {
        this.#writing += size - reserved
        reserved = size
        admit(size, this.#writing)
      })
      try {
        const record: FileRecord = {
          fileId: facts.fileId,
          ...(facts.name !== undefined && { name: safeName(facts.name) }),
          type: safeType(facts.type),
          size: content.size,
          sha256: content.sha256,
          lastModified: facts.lastModified,
          kind,
          owner: caller,
          executionId,
          ...(sessionId !== undefined && { sessionId }),
          createdAtMs: now(),
        }
        await records.addFile(record)
        ;(await this.#load()).set(record.fileId, record)
        return factsOf(record)
      } finally {
        content.release()
      }
    } finally {
      this.#writing -= reserved
    }
  }

  /** Refuses a file that is larger than it may be, from what is stored now. */
  async #admission(kind: FileKind): Promise<(size: number, writing: number) => void> {
    const { limits, caller, sessionId } = this.#owner
    const { records, maxOwnerBytes } = this.#place
    const known = await this.#load()
    let used = 0
    for (const record of known.values()) {
      if ((record.kind === 'piece') === (kind === 'piece')) used += record.size
    }
    const ownerBytes = await records.ownerFileBytes(caller)
    const sessionBytes = sessionId === undefined ? 0 : await records.sessionFileBytes(sessionId)
    const { maxFileBytes, maxFilesBytes } = limits
    const most = maxOwnerBytes(caller)
    return (size, writing) => {
      if (size > maxFileBytes)
        throw beyond(
          `Cannot store a file of ${size} bytes or more, limit maxFileBytes ${maxFileBytes}`,
        )
      if (used + writing > maxFilesBytes) {
        const message = `Cannot store a file: the execution's files would have ${used + writing} bytes or more, limit maxFilesBytes ${maxFilesBytes}`
        this.onFull?.(message)
        throw beyond(message)
      }
      if (sessionBytes + writing > MAX_SESSION_FILE_BYTES)
        throw full(
          `the session's files have ${sessionBytes} bytes, limit ${MAX_SESSION_FILE_BYTES}`,
        )
      if (ownerBytes + writing > most)
        throw full(`the files of the token have ${ownerBytes} bytes, limit maxFilesBytes ${most}`)
    }
  }

  #admitter(kind: FileKind): (size: number) => Promise<void> {
    return async size => (await this.#admission(kind))(size, this.#writing + size)
  }

  async *#chunksOf(parts: readonly FilePart[]): AsyncGenerator<Uint8Array> {
    for (const part of parts) {
      if (typeof part === 'string') {
        yield Buffer.from(part, 'base64')
        continue
      }
      const [fileId, from, to] = part
      const { sha256, size } = await this.#find(fileId)
      const isRange = Number.isSafeInteger(from) && Number.isSafeInteger(to)
      if (!isRange || from < 0 || to < from || to > size)
        throw refusal(RangeError, 'LIMIT_EXCEEDED', `The file has no bytes ${from} to ${to}`)
      yield* this.#place.contents.stream(sha256, from, to)
    }
  }
}

/** A new file's id: 128 random bits. */
export function newFileId(): string {
  return `fil_${randomBytes(16).toString('hex')}`
}

const hex = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32)

async function* chunksOf(blob: Blob): AsyncGenerator<Uint8Array> {
  // A class of an app's own may have no streams.
  if (typeof blob.stream !== 'function') yield new Uint8Array(await blob.arrayBuffer())
  else yield* blob.stream() as unknown as AsyncIterable<Uint8Array>
}

function refusal(
  kind: RangeErrorConstructor | TypeErrorConstructor,
  code: string,
  message: string,
): Error {
  return Object.assign(new kind(message), { code })
}

const beyond = (message: string) => refusal(RangeError, 'LIMIT_EXCEEDED', message)
const full = (why: string) => refusal(RangeError, 'FILES_FULL', `Cannot store a file: ${why}`)

function noFile(fileId: string): Error {
  const shown = fileId.slice(0, 64)
  return refusal(TypeError, 'VALUE_NOT_TRANSFERABLE', `The execution has no file ${shown}`)
}
