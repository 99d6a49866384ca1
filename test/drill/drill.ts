/** What a drill is, and what it stands on: a folder, a ledger, a daemon, a load. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { WorkerPool } from '../../executor/pool/worker-pool.ts'
import type { Random } from '../soak/random.ts'
import { patience } from '../support/patience.ts'
import { check, type Verdict } from './check.ts'
import { type Kept, Records, readKept } from './kept.ts'
import { Load } from './load.ts'
import { DrillDaemon, freePort, type LedgerProcess, startLedger } from './processes.ts'
import { recompute } from './recompute.ts'
import type { MakeSideLoad, SideLoad } from './side-load.ts'

export interface DrillOptions {
  readonly seed: number
  /** Short: what fits into the test suite; long: everything. */
  readonly isShort: boolean
}

export interface DrillResult {
  readonly problems: readonly string[]
  /** For the table: what was counted. */
  readonly figures: Readonly<Record<string, number | string>>
  /** Where the state is, when there are problems. */
  readonly folder: string
}

export interface Drill {
  /** In words. */
  readonly title: string
  run(options: DrillOptions): Promise<DrillResult>
}

/** All that was accepted has ended within so long after the last restart. */
const DRAIN_MS = 30_000
/** Once something was found, what goes on has so long to end. */
const FOUND_MS = 3000
const LANES = 12
const SIDE_LANES = 2
/** One that acknowledges nothing for so long has come to a stop. */
const STILL_MS = 20_000
/** Executions that are computed again at a time. */
const RECOMPUTING = 2

export interface SceneOptions {
  /** Another file system for the state; beside the ledger when absent. */
  readonly folder?: string
  /** Executions under way at a time. */
  readonly lanes?: number
  /** What goes on beside them. */
  readonly sideLoads?: readonly MakeSideLoad[]
  /** What each of those has under way at a time. */
  readonly sideLanes?: number
}

/** A daemon under load, with what is known of it. */
export class Scene {
  readonly folder: string
  readonly stateDir: string
  readonly ledger: LedgerProcess
  readonly daemon: DrillDaemon
  readonly load: Load
  readonly problems: string[] = []
  /** Executions that are in no store: the drill itself holds their answers against the ledger. */
  readonly answered = new Set<string>()
  readonly sideLoads: readonly SideLoad[]
  #records = new Records()

  private constructor(
    folder: string,
    stateDir: string,
    ledger: LedgerProcess,
    port: number,
    {
      seed,
      lanes = LANES,
      sideLanes = SIDE_LANES,
      sideLoads = [],
    }: SceneOptions & { seed: number },
  ) {
    this.folder = folder
    this.stateDir = stateDir
    this.ledger = ledger
    this.daemon = new DrillDaemon({ stateDir: this.stateDir, ledgerUrl: ledger.url, port })
    this.load = new Load({ daemon: this.daemon, seed, lanes })
    const daemonUrl = `http://127.0.0.1:${port}`
    const side = { load: this.load, seed, lanes: sideLanes, ledgerUrl: ledger.url, daemonUrl }
    this.sideLoads = sideLoads.map(make => make(side))
  }

  static async open(seed: number, options: SceneOptions = {}): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), 'latchd-drill-'))
    const ledger = await startLedger(join(folder, 'ledger.jsonl'))
    const stateDir = join(options.folder ?? folder, 'state')
    return new Scene(folder, stateDir, ledger, await freePort(), { seed, ...options })
  }

  /** Starts all loads. */
  start(): void {
    this.load.start()
    for (const load of this.sideLoads) load.start()
  }

  /** How much the daemon has promised. */
  get acknowledged(): number {
    return this.sideLoads.reduce((sum, { count }) => sum + count, this.load.acknowledged)
  }

  /**
   * Resolves when so much more was acknowledged, at a moment that nothing of it decides.
   *
   * @param more counts what is acknowledged beside the loads
   */
  async worked(work: number, more: () => number = () => 0): Promise<void> {
    const all = () => this.acknowledged + more()
    const until = all() + work
    const untilMs = performance.now() + patience(STILL_MS)
    while (all() < until && !this.isAtFault) {
      if (performance.now() > untilMs) {
        this.problems.push(`nothing was acknowledged for long: ${this.daemon.stderr}`)
        return
      }
      await delay(1)
    }
  }

  /** Whether something was found already. */
  get isAtFault(): boolean {
    const all = [this, this.load, ...this.sideLoads]
    return all.some(({ problems }) => problems.length > 0)
  }

  /**
   * Something else than the daemon is lost, at times. Mostly it resolves when what took its place has
   * worked: a daemon that is killed before has no calls left that both may have made.
   */
  async disturb(draw: Random): Promise<void> {
    for (const load of this.sideLoads) load.disturb?.(draw)
    if (draw.below(4) === 0) return
    const untilMs = performance.now() + patience(STILL_MS)
    while (this.sideLoads.some(load => load.isRecovering === true) && !this.isAtFault) {
      if (performance.now() > untilMs) {
        this.problems.push(`what was lost has not come back: ${this.daemon.stderr}`)
        return
      }
      await delay(1)
    }
  }

  /** What met too little shows nothing. */
  demand(what: string, count: number, least: number): void {
    if (count < least) this.problems.push(`${count} ${what}, at least ${least} are wanted`)
  }

  /** Looks at the store of a daemon that is dead. */
  async look(): Promise<Kept> {
    const kept = await readKept(this.stateDir, this.load.accepted)
    this.problems.push(...kept.problems, ...this.#records.look(kept.journals, this.load.deleted))
    return kept
  }

  /** Lets everything come to its end, and checks all of it. */
  async finish(figures: Record<string, number | string> = {}): Promise<DrillResult> {
    const { load, daemon, sideLoads } = this
    load.stop()
    const drained = Promise.all(sideLoads.map(one => one.drain()))
    const late = delay(patience(2 * DRAIN_MS), 'late', { ref: false })
    const outcome = await Promise.race([drained, late, this.#hasFound()])
    if (outcome === 'late') {
      this.problems.push('what went on beside the executions has not ended')
    }
    // What was found is told soon, whatever does not end for it.
    await load.drain(outcome === 'found' ? FOUND_MS : patience(DRAIN_MS))
    if (load.problems.length > 0) this.problems.push(...load.problems, daemon.stderr)
    const { code, signal } = await daemon.stop()
    if (code !== 0) this.problems.push(`the last daemon ended with ${code ?? signal}`)
    const verdict = await this.#verdict()
    await this.ledger.stop()
    if (verdict.problems.length === 0) await rm(this.folder, { recursive: true })
    const { problems, ...counted } = verdict
    return {
      problems,
      figures: {
        ...figures,
        executions: load.accepted.size,
        retried: load.retried,
        ...counted,
        ...Object.fromEntries(sideLoads.map(({ name, count }) => [name, count])),
      },
      folder: this.folder,
    }
  }

  /** Resolves some time after something was found. */
  async #hasFound(): Promise<'found'> {
    while (!this.isAtFault) await delay(FOUND_MS, undefined, { ref: false })
    return await delay(FOUND_MS, 'found' as const, { ref: false })
  }

  async #verdict(): Promise<Verdict> {
    const { accepted, decisions, streams, otherEnds, deleted } = this.load
    const kept = await this.look()
    for (const load of this.sideLoads) {
      this.problems.push(...load.problems, ...(load.check?.(kept) ?? []))
      await load.close?.()
    }
    const made = await this.ledger.effects()
    const isKept = (id: string) => !this.answered.has(id) && !deleted.has(id)
    const effects = made.filter(({ execution }) => isKept(execution))
    const verdict = check({ accepted, decisions, streams, effects, kept, otherEnds })
    const again = await recomputeAll(kept)
    return { ...verdict, problems: [...new Set([...this.problems, ...verdict.problems, ...again])] }
  }
}

async function recomputeAll(kept: Kept): Promise<string[]> {
  const pool = new WorkerPool(RECOMPUTING)
  const problems: string[] = []
  const waiting = kept.executions.entries()
  // One for each worker: what waits for one would seem not to come to its end.
  const lane = async () => {
    for (const [id, { execution }] of waiting) {
      const journal = kept.journals.get(id)
      // The state that a session's execution began from is not kept; a cancelled one has no end of its own.
      if (journal === undefined || journal.sessionId !== undefined) continue
      if (execution.status === 'cancelled') continue
      problems.push(...(await recompute(pool, journal, execution)))
    }
  }
  await Promise.all(Array.from({ length: RECOMPUTING }, lane))
  await pool.close()
  return problems
}
