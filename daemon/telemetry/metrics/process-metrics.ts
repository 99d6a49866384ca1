/** The daemon's process and that of its workers: memory, CPU, and how late the event loop is. */

import { Counter, Gauge, type Registry } from 'prom-client'
import { ProcessUses } from './child-processes.ts'
import { addLoopLag } from './loop-lag.ts'

const US_PER_SECOND = 1e6
const MS_PER_SECOND = 1000

/**
 * Starts to measure; returns a function that stops it.
 *
 * @param workerPids ids of the processes that workers are threads of, other than this one
 */
export function addProcessMetrics(
  registry: Registry,
  workerPids: () => readonly number[],
): () => void {
  const registers = [registry]
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the daemon, with its worker threads at isolation "thread".',
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
    help: 'CPU time of the daemon, user and system, with its worker threads at isolation "thread".',
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
  addWorkerProcesses(registry, workerPids)
  return addLoopLag(registry)
}

/** At isolation "thread" there are no such processes, and both are 0. */
function addWorkerProcesses(registry: Registry, workerPids: () => readonly number[]): void {
  const registers = [registry]
  const uses = new ProcessUses()
  new Gauge({
    name: 'latchd_worker_processes_resident_memory_bytes',
    help: 'Resident memory of the processes that run programs at isolation "process".',
    registers,
    collect() {
      this.set(uses.of(workerPids()).residentBytes)
    },
  })
  new Counter({
    name: 'latchd_worker_processes_cpu_seconds_total',
    help: 'CPU time of the processes that run programs at isolation "process", user and system.',
    registers,
    collect() {
      this.reset()
      this.inc(uses.of(workerPids()).cpuSeconds)
    },
  })
}
