/** The daemon under load, as operators run it: a process of its own, a store on disk, tokens. */

import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { IsolationLevel } from '../../protocol/execution/isolation.ts'
import { type DaemonInfo, Latchd } from '../../sdk/index.ts'
import { scripts, startDaemonProcess } from '../bench/daemon-process.ts'
import { type DaemonSize, sizeOf } from '../soak/daemon-size.ts'
import { cpuMs } from './cpu-time.ts'

export interface LoadedDaemonOptions {
  readonly isolation: IsolationLevel
  /** Threads; the daemon's own default when absent. */
  readonly workers: number | undefined
  /** Executions that may wait for a worker; the daemon's own default when absent. */
  readonly maxQueue: number | undefined
}

/** What the daemon's tokens are sent with. */
export const secrets = { agent: 'agent-secret', person: 'person-secret' } as const

/** Nothing that a load leaves behind goes on for longer. */
const REST_BOUND_MS = 60_000
/** The daemon collects after a second of rest and once more a second later; a large heap takes its time. */
const SETTLE_MS = 4000
const LOOK_MS = 200

export class LoadedDaemon {
  readonly url: string
  readonly #pid: number
  readonly #client: Latchd
  readonly stop: () => Promise<void>

  private constructor(url: string, pid: number, stop: () => Promise<void>) {
    this.url = url
    this.#pid = pid
    this.#client = new Latchd({ url, token: secrets.person })
    this.stop = stop
  }

  static async start({ isolation, workers, maxQueue }: LoadedDaemonOptions): Promise<LoadedDaemon> {
    const { url, pid, stop } = await startDaemonProcess(scripts.development, {
      env: {
        LATCHD_ISOLATION: isolation,
        // Who decides sees what others have asked, which an admin does.
        LATCHD_TOKENS: `agent:${secrets.agent}:execute+read,person:${secrets.person}:admin`,
        LATCHD_TOOLS: join(import.meta.dirname, 'tools.ts'),
        ...(maxQueue !== undefined && { LATCHD_MAX_QUEUE: String(maxQueue) }),
      },
      ...(workers !== undefined && { workers }),
    })
    return new LoadedDaemon(url, pid, stop)
  }

  size(): DaemonSize {
    return sizeOf(this.#pid)
  }

  /** CPU time that its processes have had, in milliseconds. */
  cpuMs(): number {
    return cpuMs(this.#pid)
  }

  info(): Promise<DaemonInfo> {
    return this.#client.info()
  }

  /** Its size once nothing runs, and it has given back what it can. @throws {Error} when something goes on */
  async sizeAtRest(): Promise<DaemonSize> {
    const untilMs = performance.now() + REST_BOUND_MS
    for (;;) {
      const { active, queued } = await this.info()
      if (active + queued === 0) break
      if (performance.now() > untilMs) throw new Error(`${active + queued} executions go on`)
      await delay(LOOK_MS)
    }
    let least = this.size()
    for (let sinceMs = performance.now(); performance.now() - sinceMs < SETTLE_MS; ) {
      await delay(LOOK_MS)
      const size = this.size()
      if (size.residentMB >= least.residentMB) continue
      least = size
      sinceMs = performance.now()
    }
    return least
  }
}
