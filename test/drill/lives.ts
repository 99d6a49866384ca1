/**
 * Daemons in this process, one after the other on one store: the earlier one is lost as by kill -9,
 * since nobody tells it of the later one. It goes on as a zombie whose writes are refused.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClockSources } from '../../daemon/clock/trusted-clock.ts'
import { loadConfig } from '../../daemon/config/config.ts'
import { type Daemon, listenFor } from '../../daemon/daemon.ts'
import { createLog } from '../../daemon/log/log.ts'
import { AllowList } from '../../daemon/outbound/allow-list.ts'
import { Secrets } from '../../daemon/redaction/secrets.ts'
import { ToolSources } from '../../daemon/sources/tool-sources.ts'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import type { Store } from '../../daemon/store/store.ts'
import { DaemonTools } from '../../daemon/tools/daemon-tools.ts'
import { WorkerPool } from '../../executor/pool/worker-pool.ts'
import { builtinTools } from '../../executor/tools/builtin/builtin-tools.ts'
import { Toolbox } from '../../executor/tools/toolbox.ts'
import type { ToolSet } from '../../protocol/execution/executor.ts'
import { normalizeTools } from '../../protocol/tool/normalize.ts'

export class Lives {
  readonly stateDir: string
  #store: Store
  #openStore: () => Promise<Store>
  #daemons: Daemon[] = []

  private constructor(store: Store, stateDir: string, openStore: () => Promise<Store>) {
    this.#store = store
    this.stateDir = stateDir
    this.#openStore = openStore
  }

  get store(): Store {
    return this.#store
  }

  /** @param wrap what the daemons have instead of the store itself */
  static async open(
    onLost: (error: Error) => void = rethrow,
    wrap: (store: Store) => Store = store => store,
  ): Promise<Lives> {
    const stateDir = await mkdtemp(join(tmpdir(), 'latchd-lives-'))
    const openStore = async () => wrap(await openSqliteStore({ stateDir, onLost }))
    return new Lives(await openStore(), stateDir, openStore)
  }

  /** The next daemon, which takes over all that the store has; gives its address. */
  async next(tools: ToolSet, clock?: ClockSources): Promise<string> {
    const env = {
      LATCHD_PORT: '0',
      LATCHD_LOG_LEVEL: 'silent',
      LATCHD_DRAIN_MS: '0',
      LATCHD_STATE_DIR: this.stateDir,
    }
    const config = loadConfig({ flags: {}, env, readFile: () => undefined, cwd: this.stateDir })
    const pool = new WorkerPool(1)
    const named = normalizeTools(tools, name => {
      throw new Error(`there is no ${name}`)
    })
    const source = new DaemonTools(new Toolbox(builtinTools).with(named).tools)
    const log = createLog('silent')
    const sources = await ToolSources.open(config, {
      ...{ tools: source, log, path: undefined, stateDir: this.stateDir, onSecrets: () => {} },
    })
    const daemon = await listenFor(config, {
      ...{ log, pool, store: this.store, tools: source },
      ...{
        fetchAllow: new AllowList([]),
        inherited: [],
        secrets: new Secrets(),
        traces: undefined,
        sources,
        ...(clock && { clock }),
      },
    })
    this.#daemons.push(daemon)
    return daemon.url
  }

  /** Stops the daemon of now, which puts away what it runs and closes the store. */
  async stop(): Promise<void> {
    await this.#daemons.pop()?.close()
    this.#store = await this.#openStore()
  }

  /** Ends all of them, and the store; those that were lost cannot put anything away any more. */
  async close(): Promise<void> {
    await Promise.all(this.#daemons.map(daemon => daemon.close()))
    await this.store.close()
    await rm(this.stateDir, { recursive: true })
  }
}

function rethrow(error: Error): never {
  throw error
}
