/**
 * The executions that have a worker at this moment, in a file of the state folder.
 *
 * After a loss of the daemon it shows which executions may have caused the loss. It is written
 * without a flush: a killed process leaves its writes, and the loss of a whole machine is not
 * caused by an execution. Each worker in use has a slot of fixed length.
 */

import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'

/** An execution's id and a line end, with room to spare. */
const SLOT_BYTES = 64
const FREE = Buffer.alloc(SLOT_BYTES, '\n')

/**
 * The file of executions that have a worker: reads what an earlier process left, then replaces it.
 */
export class RunningFile {
  /**
   * Executions that had a worker when an earlier process was lost; `undefined` when the file is
   * unreadable.
   */
  readonly lost: readonly string[] | undefined
  #file: number | undefined
  #onFault: (error: Error) => void
  #free: number[] = []
  /** Slots that the file has an execution in. */
  #written = new Set<number>()
  #clearing: NodeJS.Immediate | undefined
  #slots = 0
  #entered = 0
  #working = new Set<string>()

  /**
   * @param path absent: there is no file, so an earlier process has left no list
   * @param onFault called with each failed write; the file is a hint, so nothing waits for its writes
   */
  constructor(path: string | undefined, onFault: (error: Error) => void) {
    this.#onFault = onFault
    this.lost = path === undefined ? undefined : this.#try(() => this.#open(path))
  }

  /** Executions that have a worker now. */
  get working(): readonly string[] {
    return [...this.#working]
  }

  /** Executions that have got a worker since the start. */
  get entered(): number {
    return this.#entered
  }

  /**
   * Records that an execution has a worker; returns a function to call when it has none any more.
   */
  enter(executionId: string): () => void {
    this.#entered++
    this.#working.add(executionId)
    const slot = this.#free.pop() ?? this.#slots++
    const bytes = Buffer.alloc(SLOT_BYTES, '\n')
    bytes.write(executionId)
    this.#write(bytes, slot)
    this.#written.add(slot)
    return () => {
      this.#working.delete(executionId)
      this.#free.push(slot)
      this.#clearSoon()
    }
  }

  /** Clears the free slots, unless the next execution takes them in this turn of the event loop. */
  #clearSoon(): void {
    this.#clearing ??= setImmediate(() => this.#clear())
  }

  #clear(): void {
    clearImmediate(this.#clearing)
    this.#clearing = undefined
    for (const slot of this.#free) {
      if (this.#written.delete(slot)) this.#write(FREE, slot)
    }
  }

  close(): void {
    this.#clear()
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
      // As on a full disk. Then the next process does not know which executions had a worker.
      this.#onFault(error as Error)
      return undefined
    }
  }
}
