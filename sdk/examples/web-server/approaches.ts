/** The two ways to run an agent for a request: on the event loop, or in a thread. */

import { Piscina } from 'piscina'
import { AgentRunner, type ModelSettings } from './agent-runner.ts'

/** How long a thread stays without a task: it takes some 200 ms to start one. */
const IDLE_MS = 60_000

export interface Approach {
  readonly name: 'native-async' | 'threading'
  /** Runs an agent. @param signal aborts it when its request is gone */
  run(task: string, signal: AbortSignal): Promise<unknown>
  close(): Promise<void>
}

/** Any number of agents at once: one that waits for its model or a tool costs no thread. */
export function nativeAsync(settings: ModelSettings): Approach {
  const runner = new AgentRunner(settings, 2)
  return {
    name: 'native-async',
    run: (task, signal) => runner.run(task, signal),
    close: () => runner.close(),
  }
}

/** As many agents at once as there are threads: one that waits holds its own. */
export function threading(settings: ModelSettings, threads: number): Approach {
  const pool = new Piscina({
    filename: new URL('./agent-thread.ts', import.meta.url).href,
    workerData: settings,
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: IDLE_MS,
    // A thread that blocks while it is idle would hold up the pool of its executor.
    atomics: 'disabled',
  })
  return {
    name: 'threading',
    // An agent that is aborted is ended with its thread.
    run: (task, signal) => pool.run(task, { signal }),
    close: () => pool.close(),
  }
}
