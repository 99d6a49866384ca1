/** Daemons over one server: they look, beat, claim, and run what they have claimed. */

import { shareOf } from '../../daemon/executions/claim-loop.ts'
import { WorkerScheduler } from '../../executor/pool/scheduler.ts'
import { BEAT_EVERY_MS, costs, LEASE_MS, LOOK_EVERY_MS } from './costs.ts'
import type { SimulatedClock, SimulatedServer } from './machine.ts'
import type { SimulatedExecution, SimulatedStore } from './simulated-store.ts'

const PEERS_EACH_HEARTBEAT = 50

export interface FleetOptions {
  readonly daemons: number
  readonly workers: number
  /** Milliseconds that a worker has an execution. */
  readonly runMs: number
  /** Called when an execution has a worker for the first time since it was due. */
  readonly onStarted?: (execution: SimulatedExecution) => void
  /** Called at the end of its turn with a worker; it ends, unless this parks it. */
  readonly onTurn?: (execution: SimulatedExecution) => void
}

export interface World {
  readonly clock: SimulatedClock
  readonly server: SimulatedServer
  readonly store: SimulatedStore
}

/** Daemons of one kind. */
export class Fleet {
  readonly #world: World
  readonly #options: FleetOptions
  readonly #daemons: SimulatedDaemon[]

  constructor(world: World, options: FleetOptions) {
    this.#world = world
    this.#options = options
    this.#daemons = Array.from(
      { length: options.daemons },
      (_, number) => new SimulatedDaemon(world, options, number),
    )
  }

  start(): void {
    for (const daemon of this.#daemons) daemon.start()
  }

  /** A caller submits to a daemon: it runs there at once if a worker is free, as the true ones do. */
  submit(number: number, owner: string): void {
    const daemon = this.#daemons[number % this.#daemons.length] as SimulatedDaemon
    const execution = this.#world.store.submit(owner, this.#world.clock.nowMs)
    daemon.submitted(execution)
  }

  /** A daemon is killed; its executions are given back when its lease is over and somebody looks. */
  kill(number: number): void {
    const daemon = this.#daemons[number] as SimulatedDaemon
    const { clock, store } = this.#world
    const held = daemon.end()
    // Its last beat was up to one interval ago, and of all the others one looks soon.
    const leftMs = LEASE_MS - (clock.nowMs - daemon.beatAtMs)
    const lookMs = LOOK_EVERY_MS / Math.max(1, this.#options.daemons - 1)
    clock.after(leftMs + lookMs, () => {
      for (const one of held) store.giveBack(one)
    })
  }
}

class SimulatedDaemon {
  readonly #world: World
  readonly #options: FleetOptions
  readonly #number: number
  readonly #workers: WorkerScheduler
  readonly #held = new Set<SimulatedExecution>()
  readonly #ended = new AbortController()
  #last = ''
  #loading = 0
  #isClaiming = false
  beatAtMs = 0

  constructor(world: World, options: FleetOptions, number: number) {
    this.#world = world
    this.#options = options
    this.#number = number
    this.#workers = new WorkerScheduler(options.workers, () => {}, { now: () => world.clock.nowMs })
  }

  start(): void {
    const { clock } = this.#world
    const { daemons } = this.#options
    // Daemons start at all instants.
    clock.after((LOOK_EVERY_MS * this.#number) / daemons, () => this.#look())
    clock.after((BEAT_EVERY_MS * this.#number) / daemons, () => this.#beat())
  }

  end(): readonly SimulatedExecution[] {
    this.#ended.abort()
    return [...this.#held]
  }

  get #isOver(): boolean {
    return this.#ended.signal.aborted
  }

  /** An execution that was just stored for this daemon. */
  submitted(execution: SimulatedExecution): void {
    const isFree = this.#workers.active + this.#loading < this.#options.workers
    if (isFree && this.#world.store.take(execution)) this.#own([execution])
    else this.#claim()
  }

  #own(taken: readonly SimulatedExecution[]): void {
    this.#loading += taken.length
    for (const one of taken) {
      this.#held.add(one)
      void this.#run(one)
    }
  }

  #look(): void {
    if (this.#isOver) return
    const { clock, server, store } = this.#world
    clock.after(LOOK_EVERY_MS, () => this.#look())
    server.serve(costs.lookMs, () => {
      if (store.dueCount > 0) this.#claim()
    })
  }

  #beat(): void {
    if (this.#isOver) return
    const { clock, server } = this.#world
    clock.after(BEAT_EVERY_MS, () => this.#beat())
    const peers = Math.min(PEERS_EACH_HEARTBEAT, this.#options.daemons)
    server.serve(costs.beatMs + peers * costs.peerMs, () => {
      this.beatAtMs = clock.nowMs
    })
  }

  /** As `claim-loop.ts`: no more than it has workers for, and again when one of them has started. */
  #claim(): void {
    const { clock, server, store } = this.#world
    const { workers } = this.#options
    const room = shareOf({ workers, active: this.#workers.active }) - this.#loading
    if (this.#isOver || this.#isClaiming || room <= 0) return
    const taken = store.claim(clock.nowMs, room, this.#last)
    this.#isClaiming = true
    server.serve(costs.claimMs + taken.length * costs.claimedMs, () => {
      this.#isClaiming = false
      this.#own(taken)
      if (taken.length >= room) this.#claim()
    })
    this.#last = taken.at(-1)?.owner ?? this.#last
  }

  async #run(execution: SimulatedExecution): Promise<void> {
    const { clock, server, store } = this.#world
    const { runMs, onStarted, onTurn } = this.#options
    if (this.#isOver) return
    const { owner } = execution
    await this.#workers.take(owner, true, this.#ended.signal).catch(() => {})
    if (this.#isOver) return
    this.#loading--
    onStarted?.(execution)
    clock.after(runMs, () => {
      if (this.#isOver) return
      this.#workers.release(owner)
      this.#held.delete(execution)
      server.serve(costs.executionMs, () => {})
      if (onTurn === undefined) store.finish(execution)
      else onTurn(execution)
      if (store.dueCount > 0) this.#claim()
    })
  }
}
