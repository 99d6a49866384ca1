/** What a drill is, and what it stands on: a folder, a ledger, a daemon, a load. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WorkerPool } from '../../executor/pool.ts'
import { check, type Verdict } from './check.ts'
import { type Kept, Records, readKept } from './kept.ts'
import { Load } from './load.ts'
import { DrillDaemon, type LedgerProcess, startLedger } from './processes.ts'
import { recompute } from './recompute.ts'

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
const LANES = 12
/** Executions that are computed again at a time. */
const RECOMPUTING = 2

export interface SceneOptions {
  /** Another file system for the state; beside the ledger when absent. */
  readonly folder?: string
  /** Executions under way at a time. */
  readonly lanes?: number
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
  #records = new Records()

  private constructor(
    folder: string,
    stateDir: string,
    ledger: LedgerProcess,
    load: { readonly seed: number; readonly lanes: number },
  ) {
    this.folder = folder
    this.stateDir = stateDir
    this.ledger = ledger
    this.daemon = new DrillDaemon({ stateDir: this.stateDir, ledgerUrl: ledger.url })
    this.load = new Load({ daemon: this.daemon, ...load })
  }

  static async open(seed: number, options: SceneOptions = {}): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), 'latchd-drill-'))
    const ledger = await startLedger(join(folder, 'ledger.jsonl'))
    return new Scene(folder, join(options.folder ?? folder, 'state'), ledger, {
      seed,
      lanes: options.lanes ?? LANES,
    })
  }

  /** Looks at the store of a daemon that is dead. */
  async look(): Promise<Kept> {
    const kept = await readKept(this.stateDir, this.load.accepted)
    this.problems.push(...kept.problems, ...this.#records.look(kept.journals))
    return kept
  }

  /** Lets everything come to its end, and checks all of it. */
  async finish(figures: Record<string, number | string> = {}): Promise<DrillResult> {
    const { load, daemon } = this
    await load.drain(DRAIN_MS)
    if (load.problems.length > 0) this.problems.push(...load.problems, daemon.stderr)
    const { code, signal } = await daemon.stop()
    if (code !== 0) this.problems.push(`the last daemon ended with ${code ?? signal}`)
    const verdict = await this.#verdict()
    await this.ledger.stop()
    if (verdict.problems.length === 0) await rm(this.folder, { recursive: true })
    const { problems, ...counted } = verdict
    return {
      problems,
      figures: { ...figures, executions: load.accepted.size, retried: load.retried, ...counted },
      folder: this.folder,
    }
  }

  async #verdict(): Promise<Verdict> {
    const { accepted, decisions, streams } = this.load
    const kept = await this.look()
    const made = await this.ledger.effects()
    const effects = made.filter(({ execution }) => !this.answered.has(execution))
    const verdict = check({ accepted, decisions, streams, effects, kept })
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
      if (journal !== undefined) problems.push(...(await recompute(pool, journal, execution)))
    }
  }
  await Promise.all(Array.from({ length: RECOMPUTING }, lane))
  await pool.close()
  return problems
}
