/**
 * Copying and checking a store, also while a daemon uses it.
 *
 * Both read one state of the database, by a connection of their own that does not take the folder's
 * lock. In a daemon they run on a thread of their own: a large file takes long, and no commit waits
 * for them.
 */

import { once } from 'node:events'
import { closeSync, existsSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { openForReading, openForWriting } from './connection.ts'
import { OWNER_ONLY } from './files.ts'
import { confirmClock } from './instant.ts'
import { requireStore } from './migrations.ts'
import { problemsOf } from './verification.ts'

/**
 * Problems of a store's file, of its structure and of its invariants; empty when there are none.
 *
 * @throws {LatchdError} `STATE_TOO_NEW`: it cannot be judged
 */
export function verifyFile(file: string): string[] {
  const connection = openForReading(file)
  try {
    requireStore(connection, file)
    return problemsOf(connection)
  } finally {
    connection.close()
  }
}

/**
 * Copies a store's file into a new one, packed, and on disk when it returns.
 *
 * @throws {Error} the new file exists
 */
export function backupFile(from: string, to: string): void {
  if (existsSync(to)) throw new Error(`Cannot copy the store to ${to}: the file exists`)
  const connection = openForReading(from)
  try {
    requireStore(connection, from)
    // SQLite writes into an empty file that is there, and would make one that others can read.
    closeSync(openSync(to, 'wx', OWNER_ONLY))
    connection.run('VACUUM INTO ?', to)
  } catch (error) {
    rmSync(to, { force: true })
    throw error
  } finally {
    connection.close()
  }
  sync(to)
  sync(dirname(to))
}

/**
 * Notes in a store, also of a daemon that runs, that this machine's clock is right.
 *
 * @throws {LatchdError} `STATE_TOO_NEW`, `INTERNAL` when it cannot be opened
 */
export function confirmClockIn(file: string, nowMs: number): void {
  const connection = openForWriting(file)
  try {
    requireStore(connection, file)
    confirmClock(connection, nowMs)
  } finally {
    connection.close()
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The task of an upkeep thread. */
export type UpkeepTask =
  | { readonly kind: 'verify'; readonly file: string }
  | { readonly kind: 'backup'; readonly from: string; readonly to: string }

/** {@link verifyFile} on a thread of its own. */
export function verifyAside(file: string): Promise<readonly string[]> {
  return runAside({ kind: 'verify', file })
}

/** {@link backupFile} on a thread of its own. */
export async function backupAside(from: string, to: string): Promise<void> {
  await runAside({ kind: 'backup', from, to })
}

async function runAside(task: UpkeepTask): Promise<readonly string[]> {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
  const worker = new Worker(new URL(`./upkeep-thread${extension}`, import.meta.url), {
    workerData: task,
    env: {},
    execArgv: [],
  })
  // A thread that throws rejects this, with its error.
  const [problems] = await once(worker, 'message')
  return problems
}
