/** The operating system's figures for the processes that workers are threads of. */

import { readFileSync } from 'node:fs'

/** Memory and CPU time of a process. */
export interface ProcessUse {
  readonly residentBytes: number
  /** User and system, since it was started. */
  readonly cpuSeconds: number
}

/** Ticks of `/proc/PID/stat` in a second: `sysconf(_SC_CLK_TCK)` of Linux, everywhere that Node runs. */
const TICKS_PER_SECOND = 100
const BYTES_PER_KIB = 1024

/** Reads what a process uses; `undefined` when it has ended, and on systems without `/proc`. */
export function readProcessUse(pid: number): ProcessUse | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
    // Behind the name, which may hold anything; proc_pid_stat(5): utime and stime are 14 and 15.
    const [utime, stime] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
    if (kib === undefined || utime === undefined || stime === undefined) return undefined
    return {
      residentBytes: Number(kib) * BYTES_PER_KIB,
      cpuSeconds: (Number(utime) + Number(stime)) / TICKS_PER_SECOND,
    }
  } catch {
    // It has just ended, or this is not Linux.
    return undefined
  }
}

/** Adds up what processes have used that come and go, as far as it was read. */
export class ProcessUses {
  readonly #read: (pid: number) => ProcessUse | undefined
  /** CPU time of processes that have ended, as it was read last. */
  #endedSeconds = 0
  #seconds = new Map<number, number>()

  constructor(read: typeof readProcessUse = readProcessUse) {
    this.#read = read
  }

  /** Reads these processes; the CPU time never falls, even when some have ended. */
  of(pids: readonly number[]): ProcessUse {
    let residentBytes = 0
    const seconds = new Map<number, number>()
    for (const pid of pids) {
      const use = this.#read(pid)
      if (use === undefined) continue
      residentBytes += use.residentBytes
      seconds.set(pid, use.cpuSeconds)
    }
    for (const [pid, before] of this.#seconds) {
      // Less than before is another process of the same id.
      if ((seconds.get(pid) ?? -1) < before) this.#endedSeconds += before
    }
    this.#seconds = seconds
    const cpuSeconds = [...seconds.values()].reduce((sum, one) => sum + one, this.#endedSeconds)
    return { residentBytes, cpuSeconds }
  }
}
