/** One process of workers, as the daemon sees it: starts it, hands it runs, notices its end. */

import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type PoolRun, SharedLoss } from '../../boundary/guest-pool.ts'
import type { GuestReport } from '../../boundary/messages.ts'
import type { WorkerStatistics } from '../../boundary/worker-statistics.ts'
import { engines } from '../../engine/engine.ts'
import type { PoolOptions } from '../worker-pool.ts'
import { readChildMessage } from './child-message.ts'
import { readLines, sendLine } from './lines.ts'
import { nodeFlags } from './node-flags.ts'
import { ProcessGuest } from './process-guest.ts'
import { newKey, Proofs } from './proofs.ts'
import { packWork, type ToChild } from './wire.ts'

/** A process that is not ready by then is given up. It usually takes under a second. */
const START_MS = 30_000
/**
 * A process with active runs reports five times per second. After so many ticks without a report
 * it is killed.
 */
const MAX_SILENT_TICKS = 15
const TICK_MS = 1000
/** How long it may take to end by itself. */
const LEAVE_MS = 2000
/** Characters that are kept of its standard error: V8 writes there why it died. */
const STDERR_TAIL_CHARS = 2000

const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
const script = fileURLToPath(new URL(`./child${extension}`, import.meta.url))

/**
 * All of the child's environment. With it glibc's `malloc` gives blocks of half a megabyte and more back
 * when they are freed, in the child as in a daemon under the shipped units, which set the same.
 */
export const CHILD_ENVIRONMENT = {
  MALLOC_MMAP_THRESHOLD_: '524288',
  MALLOC_TRIM_THRESHOLD_: '2097152',
}

/** One child process whose threads run guests. Once it is lost it is not started again. */
export class WorkersProcess {
  #child: ChildProcess
  #socket: Socket
  #guests = new Map<number, ProcessGuest>()
  #lastId = 0
  #key = newKey()
  #proofs = new Proofs(this.#key)
  #asked = new Map<number, (workers: readonly WorkerStatistics[]) => void>()
  #ready = Promise.withResolvers<void>()
  #exited = Promise.withResolvers<void>()
  #onLost: (guests: readonly PoolRun[]) => void
  #isLost = false
  #stderrTail = ''
  #silentTicks = 0
  #watch: NodeJS.Timeout | undefined

  private constructor(
    snapshotFile: string | undefined,
    onLost: (guests: readonly PoolRun[]) => void,
  ) {
    this.#onLost = onLost
    const [command, ...rest] = nodeCommand([...nodeFlags(snapshotFile), script])
    this.#child = spawn(command as string, rest, {
      env: CHILD_ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    })
    this.#socket = this.#child.stdio[3] as Socket
    this.#exited.promise.catch(() => {})
    this.#ready.promise.catch(() => {})
    this.#child.once('error', error => this.#lose(`could not be started: ${error.message}`))
    this.#child.once('exit', (code, signal) => {
      this.#exited.resolve()
      this.#lose(`has ended with ${signal ?? `code ${code}`}`)
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderrTail = (this.#stderrTail + text).slice(-STDERR_TAIL_CHARS)
    })
    // Nearly always the process has ended, and its exit event follows.
    this.#socket.on('error', () => this.#child.kill('SIGKILL'))
    readLines(
      this.#socket,
      (message, bytes) => this.#take(message, bytes),
      error => this.#lose(`was ended, since it sent ${error.message}`),
    )
  }

  /**
   * Starts a process; resolves when its threads stand ready.
   *
   * @param onLost receives the runs that are lost when the process ends without {@link close}
   * @throws {Error} when it does not come up
   */
  static async start(
    workers: number,
    { onLaunch, ...options }: PoolOptions,
    onLost: (guests: readonly PoolRun[]) => void,
  ): Promise<WorkersProcess> {
    // Stored by a process that has a compile cache, which the child has not.
    const engine = await engines[options.engine ?? 'quickjs'].openHost()
    const snapshotFile = await engine.storedFile()
    const process = new WorkersProcess(snapshotFile, onLost)
    const giveUp = setTimeout(() => process.#lose('does not come up'), START_MS)
    process.#send({ kind: 'start', workers, options, key: process.#key, snapshotFile })
    onLaunch?.()
    try {
      await process.#ready.promise
    } finally {
      clearTimeout(giveUp)
    }
    process.#hold(false)
    return process
  }

  get isLost(): boolean {
    return this.#isLost
  }

  /** Its process id. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /**
   * Runs a guest; there must be a thread for it.
   *
   * @throws {SharedLoss} when it was lost with others, or before it had begun
   * @throws {Error} when its thread or the process was lost
   */
  async run(run: PoolRun): Promise<GuestReport> {
    const id = ++this.#lastId
    const guest = new ProcessGuest(id, run, message => this.#send(message))
    if (this.#isLost) throw new SharedLoss(this.#lossText('has ended'))
    this.#guests.set(id, guest)
    this.#hold(true)
    try {
      const work = run.begin(guest)
      const { snapshot } = work.session ?? {}
      const { owner, session } = run
      this.#send({ kind: 'run', run: id, owner, session, work: packWork(work) }, snapshot)
      guest.open(work)
      return await guest.ended.promise
    } finally {
      this.#guests.delete(id)
      this.#proofs.forget(id)
      this.#hold(this.#guests.size > 0)
    }
  }

  setPressure(waiting: number): void {
    this.#send({ kind: 'pressure', waiting })
  }

  /** The statistics of each worker; none when the process is lost. */
  statistics(): Promise<readonly WorkerStatistics[]> {
    return this.#ask('statistics')
  }

  async collect(): Promise<void> {
    await this.#ask('collect')
  }

  /** Ends it; resolves when it has ended. */
  async close(): Promise<void> {
    this.#onLost = () => {}
    this.#hold(true)
    this.#socket.end()
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), LEAVE_MS)
    await this.#exited.promise
    clearTimeout(kill)
  }

  #ask(what: 'statistics' | 'collect'): Promise<readonly WorkerStatistics[]> {
    if (this.#isLost) return Promise.resolve([])
    const id = ++this.#lastId
    const { promise, resolve } = Promise.withResolvers<readonly WorkerStatistics[]>()
    this.#asked.set(id, resolve)
    this.#send({ kind: 'ask', id, what })
    return promise
  }

  #send(message: ToChild, bytes?: Uint8Array): void {
    sendLine(this.#socket, message, bytes)
  }

  /** @throws {Error} for a message that no process of ours sends */
  #take(received: unknown, bytes: Uint8Array | undefined): void {
    if (this.#isLost) return
    this.#silentTicks = 0
    const message = readChildMessage(received, this.#proofs)
    switch (message.kind) {
      case 'ready':
        this.#ready.resolve()
        return
      case 'message':
        this.#guests.get(message.run)?.receive(message.message)
        return
      case 'report':
        this.#end(message.run)?.report(message.report, bytes)
        return
      case 'lost':
        this.#fail(message.run, new (message.hasBegun ? Error : SharedLoss)(message.reason))
        return
      case 'heartbeat':
        for (const [run, isRunning, heartbeat] of message.guests) {
          const guest = this.#guests.get(run)
          if (guest !== undefined) Object.assign(guest, { isRunning, heartbeat })
        }
        return
      case 'answer':
        this.#asked.get(message.id)?.(message.workers)
        this.#asked.delete(message.id)
        return
      default:
        message satisfies never
    }
  }

  /** Takes a guest out: nothing that comes after its end reaches it. */
  #end(run: number): ProcessGuest | undefined {
    const guest = this.#guests.get(run)
    this.#guests.delete(run)
    return guest
  }

  #fail(run: number, error: Error): void {
    const guest = this.#end(run)
    guest?.ended.reject(guest.fault ?? error)
  }

  #lose(why: string): void {
    if (this.#isLost) return
    this.#isLost = true
    this.#child.kill('SIGKILL')
    // A process that never started emits no exit event.
    if (this.#child.pid === undefined) this.#exited.resolve()
    clearInterval(this.#watch)
    this.#socket.destroy()
    const guests = [...this.#guests.values()]
    this.#guests.clear()
    for (const answer of this.#asked.values()) answer([])
    const text = this.#lossText(why)
    this.#ready.reject(new Error(text))
    this.#onLost(guests.map(({ run }) => run))
    const Loss = guests.length > 1 ? SharedLoss : Error
    for (const guest of guests) guest.ended.reject(new Loss(text))
  }

  #lossText(why: string): string {
    const words = this.#stderrTail.trim()
    return `the workers' process ${why}${words && `: ${words}`}`
  }

  /** While the child has runs, keeps this process from ending, and watches the child. */
  #hold(isHeld: boolean): void {
    clearInterval(this.#watch)
    if (this.#isLost) return
    const method = isHeld ? 'ref' : 'unref'
    this.#child[method]()
    this.#socket[method]()
    ;(this.#child.stderr as Socket)[method]()
    if (!isHeld) return
    this.#silentTicks = 0
    // Ticks, not time: after a pause of this process the messages that came meanwhile are read
    // first.
    this.#watch = setInterval(() => {
      if (++this.#silentTicks > MAX_SILENT_TICKS) this.#lose('does not answer')
    }, TICK_MS)
  }
}

/** Without the `NODE_OPTIONS` that Node and test runners add to the processes that they spawn. */
function nodeCommand(args: readonly string[]): string[] {
  if (process.platform === 'win32') return [process.execPath, ...args]
  return ['/usr/bin/env', '-u', 'NODE_OPTIONS', process.execPath, ...args]
}
