/**
 * The executions that have a worker at this moment, in a file of the state folder.
 *
 * After a loss of the daemon it tells which of them may have been what cost it. It is written without
 * a flush: a process that is killed leaves what it wrote, and after a loss of the whole machine it is
 * not the executions that are to blame. One slot of fixed length for each worker in use.
 */

import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'

/** An execution's id and a line end, with room to spare. */
const SLOT_BYTES = 64
const FREE = Buffer.alloc(SLOT_BYTES, '\n')

export class RunningFile {
  /** Executions that had a worker when an earlier process was lost; `undefined` when nobody knows. */
  readonly lost: readonly string[] | undefined
  #file: number | undefined
  #onFault: (error: Error) => void
  #free: number[] = []
  #slots = 0
  #entered = 0

  /** @param onFault told of each write that failed: the file is a hint, and nothing waits for it */
  constructor(path: string, onFault: (error: Error) => void) {
    this.#onFault = onFault
    this.lost = this.#try(() => this.#open(path))
  }

  /** Executions that have got a worker since the start. */
  get entered(): number {
    return this.#entered
  }

  /** An execution gets a worker; gives what to call when it has none any more. */
  enter(executionId: string): () => void {
    this.#entered++
    const slot = this.#free.pop() ?? this.#slots++
    const bytes = Buffer.alloc(SLOT_BYTES, '\n')
    bytes.write(executionId)
    this.#write(bytes, slot)
    return () => {
      this.#write(FREE, slot)
      this.#free.push(slot)
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
  }

  #open(path: string): string[] {
    const before = openSync(path, 'a+', 0o600)
    const lost = readFileSync(before, 'utf8').split('\n').filter(Boolean)
    closeSync(before)
    // Not for appending: slots are written in place.
    const file = openSync(path, 'r+')
    this.#file = file
    ftruncateSync(file)
    return lost
  }

  #write(bytes: Buffer, slot: number): void {
    const file = this.#file
    if (file === undefined) return
    this.#try(() => writeSync(file, bytes, 0, SLOT_BYTES, slot * SLOT_BYTES))
  }

  #try<T>(act: () => T): T | undefined {
    try {
      return act()
    } catch (error) {
      // As on a full disk: what was lost with the daemon is then not known as well.
      this.#onFault(error as Error)
      return undefined
    }
  }
}
