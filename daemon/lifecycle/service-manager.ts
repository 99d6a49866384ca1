/**
 * The environment that the service manager gives to a daemon, read once at its start.
 *
 * The protocol of systemd: sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3).
 */

import type { Variables } from '../config/written-value.ts'

/** The requests of a service manager to this process; none after a start by hand. */
export interface ServiceManager {
  /** Address of the socket for messages about the daemon's state. */
  readonly notifySocket: string | undefined
  /**
   * Descriptor of a shell that sends them, for a daemon that may not start processes:
   * `notify-relay.ts`.
   */
  readonly notifyRelay?: number
  /** After this long without a message the manager takes the daemon for lost. */
  readonly watchdogMs: number | undefined
  /** File descriptors of listening sockets. */
  readonly sockets: readonly number[]
}

/** The variable with the descriptor of the relay, for the process that replaces this one. */
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

/** Reads the variables; those for another process count as absent. */
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
