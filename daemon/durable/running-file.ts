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
  /** Executions that had a worker when an earlier process was lost. */
  readonly lost: readonly string[]
  #file: number
  #free: number[] = []
  #slots = 0
  #entered = 0

  /** @throws {Error} of Node when the file cannot be written */
  constructor(path: string) {
    this.#file = openSync(path, 'a+', 0o600)
    this.lost = readFileSync(this.#file, 'utf8').split('\n').filter(Boolean)
    closeSync(this.#file)
    // Not for appending: slots are written in place.
    this.#file = openSync(path, 'r+')
    ftruncateSync(this.#file)
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
    writeSync(this.#file, bytes, 0, SLOT_BYTES, slot * SLOT_BYTES)
    return () => {
      writeSync(this.#file, FREE, 0, SLOT_BYTES, slot * SLOT_BYTES)
      this.#free.push(slot)
    }
  }

  close(): void {
    closeSync(this.#file)
  }
}
