/** The records of an embedded executor's files, which end with the process. */

import type { FileRecord, FileRecords } from './file-record.ts'

/** Keeps records in memory. */
export class MemoryRecords implements FileRecords {
  #records = new Map<string, FileRecord>()

  async addFile(record: FileRecord): Promise<void> {
    this.#records.set(record.fileId, record)
  }

  async file(fileId: string): Promise<FileRecord | undefined> {
    return this.#records.get(fileId)
  }

  async filesOfExecution(executionId: string): Promise<readonly FileRecord[]> {
    return this.#where(record => record.executionId === executionId)
  }

  async sessionFileBytes(sessionId: string): Promise<number> {
    return bytesOf(this.#where(record => record.sessionId === sessionId))
  }

  async ownerFileBytes(owner: string): Promise<number> {
    return bytesOf(this.#where(record => record.owner === owner))
  }

  async removeFiles(fileIds: readonly string[]): Promise<readonly string[]> {
    const hashes = new Set<string>()
    for (const fileId of fileIds) {
      const record = this.#records.get(fileId)
      if (record !== undefined) hashes.add(record.sha256)
      this.#records.delete(fileId)
    }
    for (const { sha256 } of this.#records.values()) hashes.delete(sha256)
    return [...hashes]
  }

  /** The ids of the files that go with an execution and no session. */
  idsOf(executionId: string): string[] {
    return this.#where(
      record => record.executionId === executionId && record.sessionId === undefined,
    ).map(({ fileId }) => fileId)
  }

  /** The ids of the files of sessions that are gone. */
  idsWithout(hasSession: (sessionId: string) => boolean): string[] {
    return this.#where(({ sessionId }) => sessionId !== undefined && !hasSession(sessionId)).map(
      ({ fileId }) => fileId,
    )
  }

  #where(holds: (record: FileRecord) => boolean): FileRecord[] {
    return [...this.#records.values()].filter(holds)
  }
}

const bytesOf = (records: readonly FileRecord[]): number =>
  records.reduce((sum, { size }) => sum + size, 0)
