/**
 * Controls over Piscina's threads that Piscina does not offer: which thread has a lane, what passes
 * its port, how it is ended, that it keeps no process from ending.
 *
 * Each thread runs one task of Piscina's as long as it lives: its lane. Piscina takes whatever a thread
 * sends for an answer: `null` on its port is an uncaught error. Its listener calls the private field
 * `onMessage`, in whose place a guard is put here. The fields are those of the exact version that
 * package.json pins. Another version is refused.
 */

import { type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import { type Piscina, queueOptionsSymbol } from 'piscina'

/** A thread that has loaded everything. */
export interface PoolThread {
  /** Ends it; Piscina starts another one in its place. */
  end(): void
  /** Lets the process end although the thread is there. */
  unref(): void
  readonly isEnding: boolean
  /** Whether the thread has sent no message on the port of its task. Takes out those that it has sent. */
  isQuiet(): boolean
}

/** The part of a task that says which thread it was handed to. */
export interface Assignment {
  /** Absent before. */
  thread?: PoolThread
}

/** A thread as Piscina shows it to listeners and balancers. */
interface ShownWorker {
  readonly id: number
  readonly currentUsage: number
}

/** The fields of Piscina's private record of a thread that are used here. */
interface WorkerInfo {
  readonly worker: Worker
  readonly port: MessagePort
  readonly taskInfos: ReadonlyMap<unknown, unknown>
  onMessage: (message: unknown) => void
}

class Thread implements PoolThread {
  isEnding = false
  #info: WorkerInfo

  constructor(info: WorkerInfo) {
    this.#info = info
  }

  end(): void {
    this.isEnding = true
    void this.#info.worker.terminate()
  }

  unref(): void {
    this.#info.port.unref()
  }

  isQuiet(): boolean {
    return !this.isEnding && receiveMessageOnPort(this.#info.port) === undefined
  }
}

/** Hands each thread its task, and guards the ports of the threads. */
export class PoolThreads {
  /** By the number of the thread. */
  #threads = new Map<number, Thread>()

  /** Takes in the threads of a pool. To be called in the same turn that makes the pool. */
  attach(pool: Pick<Piscina, 'on'>): void {
    pool.on('workerCreate', (shown: ShownWorker) => this.#add(shown))
  }

  /** Chooses a thread without a task: the `loadBalancer` of the pool. `null`: there is none yet. */
  choose<Shown extends ShownWorker>(task: object, shown: readonly Shown[]): Shown | null {
    const assignment = (task as Record<symbol, unknown>)[queueOptionsSymbol] as Assignment
    for (const one of shown) {
      const thread = this.#threads.get(one.id)
      if (thread === undefined || thread.isEnding || one.currentUsage > 0) continue
      assignment.thread = thread
      return one
    }
    return null
  }

  #add(shown: ShownWorker): void {
    const info = infoOf(shown)
    const thread = new Thread(info)
    this.#threads.set(shown.id, thread)
    info.worker.once('exit', () => this.#threads.delete(shown.id))
    const take = info.onMessage
    info.onMessage = message => {
      // A message after a forged one does not count either.
      if (thread.isEnding) return
      if (isAnswer(message, info.taskInfos)) take(message)
      // No worker of ours sends anything else: this one is not to be trusted any more.
      else thread.end()
    }
  }
}

function isAnswer(message: unknown, open: ReadonlyMap<unknown, unknown>): boolean {
  if (typeof message !== 'object' || message === null) return false
  const { taskId, error } = message as { readonly taskId?: unknown; readonly error?: unknown }
  return open.has(taskId) && error !== undefined
}

/** @throws {Error} when Piscina is not the one that this was written for */
function infoOf(shown: ShownWorker): WorkerInfo {
  const key = Object.getOwnPropertySymbols(shown).find(
    ({ description }) => description === 'Piscina.kWorkerData',
  )
  const info = key && (shown as unknown as Record<symbol, Partial<WorkerInfo>>)[key]
  const isKnown = typeof info?.onMessage === 'function' && info.taskInfos?.has && info.port?.unref
  if (info?.worker === undefined || !isKnown)
    throw new Error('Cannot guard the ports of Piscina: it is not the version that is pinned')
  return info as WorkerInfo
}
