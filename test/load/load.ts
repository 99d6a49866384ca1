/** One load on one daemon: what it was asked, what it answered, what it took. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { DaemonSize } from '../soak/daemon-size.ts'
import { ApprovalFlow, type FlowFigures } from './approval-flow.ts'
import type { CannonFigures, CannonPlan } from './cannon.ts'
import { LoadedDaemon, type LoadedDaemonOptions, secrets } from './loaded-daemon.ts'

export interface LoadOptions extends LoadedDaemonOptions {
  readonly seconds: number
  readonly connections: number
}

export interface LoadFigures {
  readonly options: LoadOptions
  readonly workers: number
  readonly shots: CannonFigures
  readonly approval: FlowFigures
  /** Of the daemon, from the first request to the last. */
  readonly cpuMs: number
  /** Before the load, and when all had come to rest after it. */
  readonly before: DaemonSize
  readonly rest: DaemonSize
  /** Resident memory during the load, in MB. */
  readonly samplesMB: readonly number[]
}

/** Looks at the daemon's memory in each tenth of the load. */
const SAMPLES_PER_TENTH = 8

/** Loads a daemon of its own. @throws {Error} when the daemon refuses a decision, or does not come to rest */
export async function load(options: LoadOptions): Promise<LoadFigures> {
  const daemon = await LoadedDaemon.start(options)
  try {
    return await measure(daemon, options)
  } finally {
    await daemon.stop()
  }
}

async function measure(daemon: LoadedDaemon, options: LoadOptions): Promise<LoadFigures> {
  const { seconds, connections } = options
  const { url } = daemon
  const runMs = seconds * 1000
  const { workers } = await daemon.info()
  const flow = await ApprovalFlow.begin({
    ...{ url, agentToken: secrets.agent, personToken: secrets.person },
  })
  const before = await daemon.sizeAtRest()
  const samplesMB: number[] = []
  const cpuBeforeMs = daemon.cpuMs()
  const cannon = new Cannon({ url, token: secrets.agent, connections, seconds })
  const everyMs = runMs / (10 * SAMPLES_PER_TENTH)
  const sampling = setInterval(() => samplesMB.push(daemon.size().residentMB), everyMs)
  try {
    const decided = delay(runMs / 2).then(() => flow.decide(runMs / 2))
    const ended = cannon.figures().then(shots => {
      clearInterval(sampling)
      return { shots, cpuMs: daemon.cpuMs() - cpuBeforeMs }
    })
    const [{ shots, cpuMs }, approval] = await Promise.all([ended, decided])
    const rest = await daemon.sizeAtRest()
    return { options, workers, shots, approval, cpuMs, before, rest, samplesMB }
  } finally {
    clearInterval(sampling)
    cannon.stop()
  }
}

/** autocannon in its process. */
class Cannon {
  #child: ChildProcess

  constructor(plan: CannonPlan) {
    const script = join(import.meta.dirname, 'cannon.ts')
    const execArgv = ['--disable-warning=ExperimentalWarning']
    this.#child = fork(script, { execArgv, serialization: 'advanced' })
    this.#child.send(plan)
  }

  /** What it has to tell at its end. @throws {Error} when it ends without a word */
  async figures(): Promise<CannonFigures> {
    const child = this.#child
    let figures: CannonFigures | undefined
    child.once('message', message => {
      figures = message as CannonFigures
    })
    const [code, signal] = await once(child, 'exit')
    if (figures === undefined) throw new Error(`autocannon ended with ${signal ?? code}`)
    return figures
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }
}
