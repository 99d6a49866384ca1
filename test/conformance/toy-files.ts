/** The records of files in memory, as a store has them. */

import type { FileStore, FileSweep, FileSweepBounds } from '../../daemon/store/file-store.ts'
import type { FileRecord } from '../../executor/files/file-record.ts'
import { MemoryRecords } from '../../executor/files/memory-records.ts'

/** What files ask of the rest of the store. */
export interface FilesGround {
  /** `undefined` when the store does not have it. */
  hasEnded(executionId: string): boolean | undefined
  hasSession(sessionId: string): boolean
}

export class ToyFiles extends MemoryRecords implements FileStore {
  #ground: FilesGround
  #all = new Map<string, FileRecord>()

  constructor(ground: FilesGround) {
    super()
    this.#ground = ground
  }

  override async addFile(record: FileRecord): Promise<void> {
    this.#all.set(record.fileId, record)
    await super.addFile(record)
  }

  override async removeFiles(fileIds: readonly string[]): Promise<readonly string[]> {
    for (const fileId of fileIds) this.#all.delete(fileId)
    return await super.removeFiles(fileIds)
  }

  async unusedContents(hashes: readonly string[]): Promise<readonly string[]> {
    const used = new Set(Array.from(this.#all.values(), ({ sha256 }) => sha256))
    return hashes.filter(hash => !used.has(hash))
  }

  async sweepFiles(bounds: FileSweepBounds): Promise<FileSweep> {
    const old = [...this.#all.values()].filter(record => this.#isOld(record, bounds))
    const hashes = await this.removeFiles(old.map(({ fileId }) => fileId))
    return { files: old.length, hashes, isLast: true }
  }

  /** Bytes of the contents that some executions have, each content once. */
  bytesOf(hasExecution: (executionId: string) => boolean): number {
    const sizes = new Map<string, number>()
    for (const { executionId, sha256, size } of this.#all.values()) {
      if (executionId !== undefined && hasExecution(executionId)) sizes.set(sha256, size)
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0)
  }

  #isOld(record: FileRecord, bounds: FileSweepBounds): boolean {
    const { kind, executionId, sessionId, createdAtMs } = record
    if (kind === 'upload') return createdAtMs < bounds.uploadedBeforeMs
    if (kind === 'transfer') return createdAtMs < bounds.sentBeforeMs
    if (executionId === undefined) return false
    const hasEnded = this.#ground.hasEnded(executionId)
    if (kind === 'piece' && hasEnded === true) return true
    const isNowhere = hasEnded === undefined && !bounds.inMemory.includes(executionId)
    if (!isNowhere || createdAtMs >= bounds.madeBeforeMs) return false
    return sessionId === undefined || !this.#ground.hasSession(sessionId)
  }
}
