/**
 * Controls over Piscina's threads that Piscina does not offer: which owner gets a thread, which
 * messages pass its port, how it is ended.
 *
 * An execution gets a free thread that ran the same owner last, else a new one, else one of another
 * owner; among equal ones the thread that ran its session last, else one that ran no session. A thread that has changed its owner too often is ended instead of going to another owner.
 * So what an escaped program may have left in it does not meet all of the others.
 *
 * Piscina takes whatever a thread sends for an answer: `null` on its port is an uncaught error. Its
 * listener calls the private field `onMessage`, in whose place a guard is put here. The fields are
 * those of the exact version that package.json pins. Another version is refused.
 */

import type { Worker } from 'node:worker_threads'
import { type Piscina, queueOptionsSymbol } from 'piscina'

/** A thread that has loaded everything. */
export interface PoolThread {
  /** Ends it; Piscina starts another one in its place. */
  end(): void
}

/** The part of a task by which its thread is chosen. */
export interface Assignment {
  readonly owner: string
  readonly session?: string | undefined
  /** The thread that the task was handed to; absent before. */
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
  readonly taskInfos: ReadonlyMap<unknown, unknown>
  onMessage: (message: unknown) => void
}

class Thread implements PoolThread {
  /** The owner of the execution that it ran last; absent: none has run. */
  owner: string | undefined
  /** The session of that execution, whose state its guest may hold. */
  session: string | undefined
  /** How often it has gone from one owner to another. */
  changes = 0
  isEnding = false
  #worker: Worker

  constructor(worker: Worker) {
    this.#worker = worker
  }

  end(): void {
    this.isEnding = true
    void this.#worker.terminate()
  }
}

/** Chooses the thread of each task, and guards the ports of the threads. */
export class PoolThreads {
  /** By the number of the thread. */
  #threads = new Map<number, Thread>()
  #maxChanges: number

  /** @param maxChanges how often a thread goes from one owner to another, at most */
  constructor(maxChanges: number) {
    this.#maxChanges = maxChanges
  }

  /** Takes in the threads of a pool. To be called in the same turn that makes the pool. */
  attach(pool: Pick<Piscina, 'on'>): void {
    pool.on('workerCreate', (shown: ShownWorker) => this.#add(shown))
  }

  /** Chooses a thread: the `loadBalancer` of the pool. `null`: none is free for this owner yet. */
  choose<Shown extends ShownWorker>(task: object, shown: readonly Shown[]): Shown | null {
    const assignment = (task as Record<symbol, unknown>)[queueOptionsSymbol] as Assignment
    const { owner, session } = assignment
    let chosen: Shown | null = null
    let best = Infinity
    let spent: Thread | undefined
    for (const one of shown) {
      const thread = this.#threads.get(one.id)
      if (thread === undefined || thread.isEnding || one.currentUsage > 0) continue
      const cost = this.#costOf(thread, owner) + sessionCost(thread, session)
      if (cost === Infinity) spent = thread
      if (cost >= best) continue
      best = cost
      chosen = one
    }
    if (chosen === null) spent?.end()
    else assignment.thread = this.#hand(this.#threads.get(chosen.id) as Thread, assignment)
    return chosen
  }

  /** The lower, the better a thread suits this owner; `Infinity`: the owner must not have it. */
  #costOf({ owner, changes }: Thread, wanted: string): number {
    if (owner === wanted) return 0
    if (owner === undefined) return 1
    return changes < this.#maxChanges ? 2 : Infinity
  }

  #hand(thread: Thread, { owner, session }: Assignment): Thread {
    if (thread.owner !== undefined && thread.owner !== owner) thread.changes++
    thread.owner = owner
    thread.session = session
    return thread
  }

  #add(shown: ShownWorker): void {
    const info = infoOf(shown)
    const thread = new Thread(info.worker)
    this.#threads.set(shown.id, thread)
    info.worker.once('exit', () => this.#threads.delete(shown.id))
    const take = info.onMessage
    info.onMessage = message => {
      // What comes behind a forged one is none either.
      if (thread.isEnding) return
      if (isAnswer(message, info.taskInfos)) take(message)
      // No worker of ours sends anything else: this one is not to be trusted any more.
      else thread.end()
    }
  }
}

/** A new thread is better than one that holds another session, that better than another owner's. */
function sessionCost({ session }: Thread, wanted: string | undefined): number {
  if (session === undefined) return 0
  return session === wanted ? -SAME_GAIN : OTHER_COST
}

const SAME_GAIN = 0.5
const OTHER_COST = 1.5

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
  if (info?.worker === undefined || typeof info.onMessage !== 'function' || !info.taskInfos?.has)
    throw new Error('Cannot guard the ports of Piscina: it is not the version that is pinned')
  return info as WorkerInfo
}
