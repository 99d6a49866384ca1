/** Feeds the service manager's watchdog as long as the daemon is well. */

import type { Logger } from '../log/log.ts'
import type { Health } from './health.ts'
import type { Notifier } from './notifier.ts'

/** What {@link feedWatchdog} works with. */
export interface WatchdogDependencies {
  readonly probe: () => Promise<Health>
  readonly notifier: Pick<Notifier, 'notify'>
  readonly log: Pick<Logger, 'debug' | 'error'>
}

/** Probes within the manager's time: one probe that is late or fails does not end the daemon. */
const PROBES_PER_TIME = 3

/**
 * Probes again and again, the first time at once, and notifies the manager after each good probe.
 * An unhealthy daemon writes that to its log, and the manager ends it for its silence.
 *
 * @param watchdogMs the manager's time
 * @returns a function that stops it
 */
export function feedWatchdog(watchdogMs: number, deps: WatchdogDependencies): () => void {
  const { probe, notifier, log } = deps
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  const feed = async () => {
    const health = await probe()
    if (isStopped) return
    if (health.isWell) {
      log.debug(health, 'well')
      await notifier.notify({ WATCHDOG: 1 })
    } else log.error({ reason: health.reason, watchdogMs }, 'not well: watchdog not fed')
    if (!isStopped) timer = setTimeout(feed, watchdogMs / PROBES_PER_TIME)
  }
  void feed()
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
