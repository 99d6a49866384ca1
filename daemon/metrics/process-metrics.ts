/** The daemon's process: memory, CPU, and how late its event loop is. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, type Registry } from 'prom-client'

/** A timer of this length shows how late the loop is: often enough to see stalls, at little cost. */
const LOOP_TIMER_MS = 50

const NS_PER_SECOND = 1e9
const US_PER_SECOND = 1e6
const MS_PER_SECOND = 1000

type Loop = ReturnType<typeof monitorEventLoopDelay>

/** Starts to measure; gives what to call at the end. */
export function addProcessMetrics(registry: Registry): () => void {
  const registers = [registry]
  const loop = monitorEventLoopDelay({ resolution: LOOP_TIMER_MS })
  loop.enable()
  addLoopLag(registry, loop)
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the daemon, its worker threads included.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  new Gauge({
    name: 'nodejs_heap_size_used_bytes',
    help: 'Used heap of the main thread.',
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed)
    },
  })
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of the daemon, user and system.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / US_PER_SECOND)
    },
  })
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When the daemon started, in seconds since 1970.',
    registers,
  }).set(performance.timeOrigin / MS_PER_SECOND)
  return () => {
    loop.disable()
  }
}

function addLoopLag(registry: Registry, loop: Loop): void {
  const lag = (ns: number) => Math.max(0, ns / NS_PER_SECOND - LOOP_TIMER_MS / MS_PER_SECOND)
  new Gauge({
    name: 'latchd_event_loop_lag_seconds',
    help: 'How late the event loop was since the last scrape, by quantile (1 is the worst).',
    labelNames: ['quantile'],
    registers: [registry],
    collect() {
      // Scraped twice within one length of the timer: what was told still holds.
      if (loop.count === 0) return
      this.set({ quantile: '0.5' }, lag(loop.percentile(50)))
      this.set({ quantile: '0.99' }, lag(loop.percentile(99)))
      this.set({ quantile: '1' }, lag(loop.max))
      loop.reset()
    },
  })
}
