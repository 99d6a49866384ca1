/**
 * What the service manager hands to a daemon, read once at its start.
 *
 * The protocol of systemd: sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3).
 */

import type { Variables } from '../config/written-value.ts'

/** What a service manager wants of this process; of one that was started by hand nothing. */
export interface ServiceManager {
  /** Address of the socket that is told how the daemon is. */
  readonly notifySocket: string | undefined
  /** Descriptor of a shell that tells it, for a daemon that may start none: `notify-relay.ts`. */
  readonly notifyRelay?: number
  /** The daemon is taken for lost when it says nothing for so long. */
  readonly watchdogMs: number | undefined
  /** File descriptors of sockets that listen already. */
  readonly sockets: readonly number[]
}

/** The variable by which a daemon tells the process that takes its place of its relay. */
export const NOTIFY_RELAY_FD = 'NOTIFY_RELAY_FD'

/** The variables of the protocol, and ours: no child of the daemon is to see them. */
export const managerVariables = [
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
  'LISTEN_FDS',
  'LISTEN_FDNAMES',
  'LISTEN_PID',
  NOTIFY_RELAY_FD,
] as const

/** `SD_LISTEN_FDS_START`: the first descriptor after those that every process has. */
const FIRST_SOCKET = 3

const MICROSECONDS_PER_MS = 1000

/** Reads the variables; those that are meant for another process count as absent. */
export function readServiceManager(env: Variables, pid: number): ServiceManager {
  const isForUs = (name: 'WATCHDOG_PID' | 'LISTEN_PID') => Number(env[name]) === pid
  const watchdogMs = Number(env.WATCHDOG_USEC) / MICROSECONDS_PER_MS
  const hasWatchdog = watchdogMs > 0 && (!env.WATCHDOG_PID || isForUs('WATCHDOG_PID'))
  const count = isForUs('LISTEN_PID') ? Number(env.LISTEN_FDS) || 0 : 0
  const relay = Number(env[NOTIFY_RELAY_FD])
  return {
    notifySocket: env.NOTIFY_SOCKET || undefined,
    ...(relay > 0 && { notifyRelay: relay }),
    watchdogMs: hasWatchdog ? watchdogMs : undefined,
    sockets: Array.from({ length: count }, (_, index) => FIRST_SOCKET + index),
  }
}
