/** A daemon and its service manager: ready, well, reloading, stopping. */

import type { Config } from '../../config/config.ts'
import type { Daemon } from '../../daemon.ts'
import type { Health } from '../../lifecycle/health.ts'
import { Notifier, sendTo } from '../../lifecycle/notifier.ts'
import type { Terminal } from '../../lifecycle/terminal.ts'
import { feedWatchdog } from '../../lifecycle/watchdog.ts'

/** A daemon under a service manager. */
export interface Service {
  /** Says that it is ready, and from then on that it is well. */
  ready(): Promise<void>
  /** Says that it stops, and stops it. */
  stop(): Promise<void>
}

/** Time to stop beyond the drain: for the last answers, webhooks and commits. */
const STOP_MS = 15_000

/** Milliseconds to the microseconds of sd_notify(3). */
const toMicroseconds = (ms: number) => Math.round(ms * 1000)

/**
 * Handles SIGHUP and reports to the service manager, if any.
 *
 * @param readConfig reads the configuration again
 */
export function supervise(
  daemon: Daemon,
  terminal: Pick<Terminal, 'env' | 'manager' | 'onHangUp'>,
  readConfig: () => Config,
): Service {
  const { manager, env } = terminal
  const notifier = new Notifier(sendTo(manager, env.PATH), daemon.log)
  const status = `listening on ${daemon.url}`
  let stopFeeding = () => {}
  const feed = (probe: () => Promise<Health>) => {
    stopFeeding()
    if (manager?.watchdogMs === undefined) return
    stopFeeding = feedWatchdog(manager.watchdogMs, { probe, notifier, log: daemon.log })
  }
  let isStopping = false
  terminal.onHangUp?.(async () => {
    if (isStopping) return
    // The manager distinguishes reloads by their time, on its own clock.
    const now = Math.floor(Number(process.hrtime.bigint() / 1000n))
    await notifier.notify({ RELOADING: 1, MONOTONIC_USEC: now })
    const isRead = daemon.reload(readConfig)
    await notifier.notify({
      READY: 1,
      STATUS: isRead ? status : `${status}; reload failed, see log`,
    })
  })
  return {
    async ready() {
      await notifier.notify({ READY: 1, STATUS: status })
      feed(() => daemon.probe())
    },
    async stop() {
      isStopping = true
      // Not awaited: the daemon takes no new work from now on, whether the manager knows or not.
      void notifier.notify({
        STOPPING: 1,
        STATUS: 'stopping',
        EXTEND_TIMEOUT_USEC: toMicroseconds(daemon.drainMs + STOP_MS),
      })
      // It is about to stop its workers, and the manager bounds the time of its stop.
      feed(async () => ({ isWell: true, lagMs: 0, storeMs: 0, canaryMs: undefined }))
      await daemon.close()
      stopFeeding()
    },
  }
}
