/** What is on disk while no daemon is there. */

import { wholeRecords } from '../../daemon/sessions/session-run.ts'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import type { ClaimedExecution, StoredExecution } from '../../daemon/store/store.ts'
import type { JournalRecord } from '../../executor/boundary/journal-record.ts'

/** All that an execution was made from. */
export interface WholeJournal extends ClaimedExecution {
  readonly records: readonly JournalRecord[]
}

export interface Kept {
  /** What is owed and not there is not in here. */
  readonly journals: ReadonlyMap<string, WholeJournal>
  readonly executions: ReadonlyMap<string, StoredExecution>
  /** Executions in the store, whoever knows of them. */
  readonly count: number
  readonly problems: readonly string[]
}

/** Reads a folder's store, which nobody else has open. */
export async function readKept(stateDir: string, ids: Iterable<string>): Promise<Kept> {
  const problems: string[] = []
  const onLost = (error: Error) => problems.push(error.message)
  const store = await openSqliteStore({ stateDir, onLost })
  try {
    const journals = new Map<string, WholeJournal>()
    const executions = new Map<string, StoredExecution>()
    for (const id of ids) {
      const [journal, execution] = await Promise.all([store.journal(id), store.get(id)])
      const read = (callNumbers: readonly number[]) => store.texts(id, callNumbers)
      const records = await wholeRecords(journal?.records ?? [], read)
      if (journal && records) journals.set(id, { ...journal, records })
      if (execution !== undefined) executions.set(id, execution)
    }
    problems.push(...(await store.verify()))
    const { executionsByStatus } = await store.statistics()
    const count = Object.values(executionsByStatus).reduce((sum, one) => sum + one, 0)
    return { journals, executions, count, problems }
  } finally {
    await store.close()
  }
}

/** Holds the records of journals against those that were there before: none may change. */
export class Records {
  /** By execution, then by what a record is about. */
  #before = new Map<string, ReadonlyMap<string, string>>()

  /** @returns what has changed. @param forgotten executions that may be gone */
  look(journals: ReadonlyMap<string, WholeJournal>, forgotten: ReadonlySet<string>): string[] {
    const problems: string[] = []
    for (const id of forgotten) this.#before.delete(id)
    for (const [id, before] of this.#before) {
      const now = texts(journals.get(id)?.records ?? [])
      for (const [key, text] of before) {
        if (now.get(key) === text) continue
        problems.push(`${id}: record ${key} was ${text} and is ${now.get(key)}`)
      }
    }
    for (const [id, { records }] of journals) this.#before.set(id, texts(records))
    return problems
  }
}

const texts = (records: readonly JournalRecord[]) =>
  new Map(records.map(record => [`${record.kind} ${record.callNumber}`, JSON.stringify(record)]))
