/** Looks at a daemon at intervals, and tells a line each time. */

import type { SoakedDaemon } from './soaked-daemon.ts'

export interface Sample {
  readonly residentMB: number
}

const MS_PER_SECOND = 1000

export class Sampling {
  #daemon: SoakedDaemon
  #everyMs: number
  #counted: () => string
  #beganMs = performance.now()
  #samples: Sample[] = []
  #timer: NodeJS.Timeout | undefined
  #last: Promise<void> = Promise.resolve()

  /** @param counted what has been executed so far, to be told with each sample */
  constructor(daemon: SoakedDaemon, everyMs: number, counted: () => string) {
    this.#daemon = daemon
    this.#everyMs = everyMs
    this.#counted = counted
  }

  start(phase: string): void {
    this.#samples = []
    this.#timer = setInterval(() => {
      // One at a time: the daemon may be slower than the interval.
      this.#last = this.#last.then(() => this.#take(phase))
    }, this.#everyMs)
  }

  /** The samples since the start. */
  async stop(): Promise<readonly Sample[]> {
    clearInterval(this.#timer)
    await this.#last
    return this.#samples
  }

  async #take(phase: string): Promise<void> {
    const { residentMB, threads } = this.#daemon.size()
    this.#samples.push({ residentMB })
    const heapMB = await this.#daemon.heapMB()
    const second = ((performance.now() - this.#beganMs) / MS_PER_SECOND).toFixed(0)
    console.log(
      `${second} s, ${phase}: ${residentMB} MB resident, ${heapMB} MB host heap, ${threads} threads, ${this.#counted()}`,
    )
  }
}
