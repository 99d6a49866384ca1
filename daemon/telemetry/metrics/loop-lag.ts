/** How late the event loop is, over a window of time that no scrape begins or ends. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Gauge, type Registry } from 'prom-client'

/** A timer of this length shows how late the loop is: often enough to see stalls, at little cost. */
const LOOP_TIMER_MS = 50
/** Prometheus's default interval of scrapes: none misses a stall. */
const WINDOW_MS = 60_000

const NS_PER_SECOND = 1e9
const MS_PER_SECOND = 1000

const start = () => {
  const histogram = monitorEventLoopDelay({ resolution: LOOP_TIMER_MS })
  histogram.enable()
  return histogram
}

/** The delays of the last one to two windows: of two histograms the older one is reported. */
export class LoopLag {
  #older = start()
  #younger = start()
  #timer = setInterval(() => this.turn(), WINDOW_MS).unref()

  /** Begins a window: the older histogram is emptied, and the younger one becomes the older. */
  turn(): void {
    const emptied = this.#older
    this.#older = this.#younger
    this.#younger = emptied
    emptied.reset()
  }

  /** Seconds that the loop was late, at a percentile: 100 is the worst. */
  seconds(percentile: number): number {
    // Nothing was measured in the first moment.
    if (this.#older.count === 0) return 0
    const ns = this.#older.percentile(percentile)
    return Math.max(0, ns / NS_PER_SECOND - LOOP_TIMER_MS / MS_PER_SECOND)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#older.disable()
    this.#younger.disable()
  }
}

/** Starts to measure; returns a function that stops it. */
export function addLoopLag(registry: Registry): () => void {
  const lag = new LoopLag()
  new Gauge({
    name: 'latchd_event_loop_lag_seconds',
    help: 'How late the event loop of the daemon was in the last one to two minutes, by percentile (100 is the worst).',
    labelNames: ['percentile'],
    registers: [registry],
    collect() {
      for (const percentile of [50, 99, 100]) {
        this.set({ percentile: String(percentile) }, lag.seconds(percentile))
      }
    },
  })
  return () => lag.stop()
}
