/** The store's thread: opens the database, and carries out one batch at a time. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { shrinkHeap } from '../../../executor/worker/garbage.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import { failpointsOf } from '../failpoints.ts'
import { Batches, type BatchOutcome } from './batch.ts'
import { openForWriting } from './connection.ts'
import { FilePlace } from './file-place.ts'
import { DATABASE_FILE, LOCK_FILE } from './files.ts'
import { lockFolder } from './lock.ts'
import { migrate } from './migrations.ts'
import { operationsOn } from './operations.ts'
import {
  DONE,
  type OpenOutcome,
  type ThreadAnswers,
  type ThreadMessage,
  type ThreadStart,
  UNREADABLE,
} from './thread-facts.ts'

const { stateDir, failpoints } = workerData as ThreadStart

interface OpenStore {
  readonly batches: Batches
  /** Makes the database release its caches. */
  shrink(): void
  close(): void
}
let store: OpenStore | undefined

function openStore(): OpenStore {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const lock = lockFolder(stateDir, join(stateDir, LOCK_FILE))
  try {
    const file = join(stateDir, DATABASE_FILE)
    const connection = openForWriting(file)
    const counters = { commits: 0 }
    const table = operationsOn(connection, migrate(connection, file), counters, Date.now)
    return {
      batches: new Batches(
        connection,
        table,
        counters,
        failpointsOf(failpoints),
        new FilePlace(file).check,
      ),
      shrink: () => connection.shrink(),
      close: () => {
        connection.close()
        lock.close()
      },
    }
  } catch (error) {
    lock.close()
    throw error
  }
}

function open(): OpenOutcome {
  try {
    store = openStore()
    return { kind: 'opened' }
  } catch (error) {
    const code = error instanceof LatchdError ? error.code : 'INTERNAL'
    return { kind: 'refused', code, message: (error as Error).message }
  }
}

function answerTo(message: ThreadMessage): ThreadAnswers[keyof ThreadAnswers] {
  switch (message) {
    case 'open':
      return open()
    case 'collect':
      store?.shrink()
      shrinkHeap()
      return DONE
    case 'close':
      store?.close()
      store = undefined
      return DONE
    default:
      return store?.batches.run(message) ?? { kind: 'lost', message: 'it is not open' }
  }
}

/** Sends an answer. One that cannot be sent counts as a lost store: its writes would be unknown. */
function send(answer: unknown): void {
  try {
    parentPort?.postMessage(answer)
  } catch (error) {
    const { message } = error as Error
    parentPort?.postMessage({ kind: 'lost', message } satisfies BatchOutcome)
  }
}

parentPort?.on('messageerror', () => send(UNREADABLE))
parentPort?.on('message', (message: ThreadMessage) => send(answerTo(message)))
