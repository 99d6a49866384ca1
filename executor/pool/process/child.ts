/**
 * The workers' process: the ordinary pool of threads, and a relay between its guests and the
 * daemon.
 *
 * Latches cannot cross processes, so they are bumped here. `workers-process.ts` starts this process
 * with Node's permissions, no environment but settings of `malloc`, and one socket. The process ends
 * when that socket does, since the daemon is gone then.
 */

import { once } from 'node:events'
import { Socket } from 'node:net'
import { errorText } from '../../../protocol/base/error-text.ts'
import { type GuestLink, type GuestReader, SharedLoss } from '../../boundary/guest-pool.ts'
import type { GuestMessage, GuestReport } from '../../boundary/messages.ts'
import { engines } from '../../engine/engine.ts'
import { shrinkHeap } from '../../worker/garbage.ts'
import { WorkerPool } from '../worker-pool.ts'
import { readLines, sendLine } from './lines.ts'
import { OF_PROCESS, Proofs } from './proofs.ts'
import { type FromChild, HEARTBEAT_MS, type Proved, type ToChild, unpackWork } from './wire.ts'

/** The descriptor of the socket. */
const SOCKET_FD = 3

/** Ended runs that it remembers: more than there are threads. */
const MAX_ENDED = 1000

/** An action on a guest. It is put by until the guest has a worker. */
type PendingAction = (guest: GuestLink) => void

class Relayed {
  guest: GuestLink | undefined
  #early: PendingAction[] = []

  do(pendingAction: PendingAction): void {
    if (this.guest === undefined) this.#early.push(pendingAction)
    else pendingAction(this.guest)
  }

  open(guest: GuestLink): void {
    this.guest = guest
    for (const pendingAction of this.#early) pendingAction(guest)
  }
}

/** Hands on what threads send: the daemon reads it. */
const relay: GuestReader = {
  message: sent => sent as GuestMessage,
  report: sent => sent as GuestReport,
}

const socket = new Socket({ fd: SOCKET_FD, readable: true, writable: true })
giveUpNetwork()
const runs = new Map<number, Relayed>()
/**
 * The last runs that have ended, oldest first. The daemon may still find that one sent a forged
 * message.
 */
const ended = new Map<number, Relayed>()
/** Runs are cancelled by the daemon, never here. */
const never = new AbortController().signal
let pool: WorkerPool | undefined
let heartbeat: NodeJS.Timeout | undefined

/** Made by the first message. */
let proofs: Proofs | undefined

function send(message: FromChild, bytes?: Uint8Array): void {
  const run = 'run' in message ? message.run : OF_PROCESS
  const proved: Proved<FromChild> = { ...message, proof: (proofs as Proofs).of(run) }
  sendLine(socket, proved, bytes)
}

let draining: Promise<void> | undefined

/** Resolves when the daemon has read on; `undefined` while the socket takes more. */
function room(): Promise<void> | undefined {
  if (!socket.writableNeedDrain) return undefined
  draining ??= once(socket, 'drain').then(() => {
    draining = undefined
  })
  return draining
}

function sendHeartbeat(): void {
  const guests = Array.from(runs, ([run, { guest }]): [number, boolean, number] => [
    run,
    guest?.isRunning ?? false,
    guest?.heartbeat ?? 0,
  ])
  send({ kind: 'heartbeat', guests })
}

async function run(
  { run, owner, session, work }: Extract<ToChild, { kind: 'run' }>,
  snapshot: Uint8Array | undefined,
): Promise<void> {
  const relayed = new Relayed()
  runs.set(run, relayed)
  heartbeat ??= setInterval(sendHeartbeat, HEARTBEAT_MS)
  try {
    const report = await (pool as WorkerPool).run({
      begin: guest => {
        relayed.open(guest)
        return unpackWork(work, snapshot)
      },
      receive: message => send({ kind: 'message', run, message }),
      room,
      // Turns are taken in the daemon: here there is a thread for each run.
      owner,
      session,
      // This pool has one engine.
      language: work.language,
      execution: relayed,
      isResume: false,
      cancelled: never,
    })
    sendReport(run, report)
  } catch (error) {
    const reason = errorText(error)
    send({ kind: 'lost', run, reason, hasBegun: !(error instanceof SharedLoss) })
  } finally {
    runs.delete(run)
    ended.set(run, relayed)
    if (ended.size > MAX_ENDED) ended.delete(ended.keys().next().value as number)
    proofs?.forget(run)
    if (runs.size === 0) {
      clearInterval(heartbeat)
      heartbeat = undefined
    }
  }
}

/** @param report as the thread has sent it, unread: a string of JSON, or after an escape anything */
function sendReport(run: number, report: GuestReport | string): void {
  if (typeof report === 'string') {
    send({ kind: 'report', run, report })
    return
  }
  const { snapshot, ...rest } = report
  send({ kind: 'report', run, report: rest }, snapshot)
}

function endThread(run: number): void {
  const relayed = runs.get(run) ?? ended.get(run)
  relayed?.do(guest => guest.endThread())
}

async function start({
  workers,
  options,
  snapshotFile,
}: Extract<ToChild, { kind: 'start' }>): Promise<void> {
  // Making the base snapshot takes half of a start.
  const host = await engines[options.engine ?? 'quickjs'].openHost()
  await host.baseSnapshot(snapshotFile)
  // A call goes on from this process to the daemon: a spinning worker would take the daemon's core.
  // Turns are taken in the daemon.
  const ownOptions = { ...options, spins: false, keepsOne: false }
  pool = new WorkerPool(workers, ownOptions, () => relay)
  await pool.start()
  send({ kind: 'ready' })
}

async function answer({ id, what }: Extract<ToChild, { kind: 'ask' }>): Promise<void> {
  const workers = what === 'statistics' ? await pool?.statistics() : undefined
  if (what === 'collect') {
    await pool?.collect()
    shrinkHeap()
  }
  send({ kind: 'answer', id, workers: workers ?? [] })
}

function take(message: ToChild, bytes: Uint8Array | undefined): void {
  switch (message.kind) {
    case 'start':
      proofs = new Proofs(message.key)
      start(message)
      return
    case 'run':
      run(message, bytes)
      return
    case 'deliver':
      runs.get(message.run)?.do(guest => guest.deliver(message.delivery))
      return
    case 'stop':
      runs.get(message.run)?.do(guest => guest.stop())
      return
    case 'park':
      runs.get(message.run)?.do(guest => guest.setParking(message.isWanted))
      return
    case 'end-thread':
      endThread(message.run)
      return
    case 'pressure':
      pool?.setPressureElsewhere(message.waiting)
      return
    case 'ask':
      answer(message)
      return
    default:
      message satisfies never
  }
}

// A fault here, or an uncaught one, ends the process: the daemon starts another.
readLines(
  socket,
  (message, bytes) => take(message as ToChild, bytes),
  error => {
    throw error
  },
)
socket.on('error', leave).on('close', leave)

/** The socket was the last thing that needed it: see `node-flags.ts`. */
function giveUpNetwork(): void {
  const permission = process.permission as
    | { has(scope: string): boolean; drop?(scope: string): void }
    | undefined
  permission?.drop?.('net')
  if (permission?.has('net')) throw new Error('The permission to use the network is left')
}

function leave(): void {
  // There is no daemon left to work for, and threads in the middle of a guest would go on.
  process.kill(process.pid, 'SIGKILL')
}
