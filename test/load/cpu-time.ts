/** CPU time of a daemon and its workers' processes, as Linux tells it. */

import { readFileSync } from 'node:fs'
import { workersProcesses } from '../support/workers-processes.ts'

/** The kernel counts CPU time in hundredths of a second for every program (USER_HZ, `man 5 proc`). */
const TICK_MS = 10
/** Of `/proc/PID/stat`, counted from the state, which is the first after the name in brackets. */
const UTIME = 11
const STIME = 12

/** CPU time that they have had, in milliseconds. */
export function cpuMs(pid: number): number {
  return [pid, ...workersProcesses(pid)].reduce((total, one) => total + cpuMsOf(one), 0)
}

function cpuMsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[UTIME]) + Number(fields[STIME])) * TICK_MS
}
