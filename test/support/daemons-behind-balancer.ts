/** Several daemons over one database behind a balancer, as if they were one daemon. */

import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Daemon } from '../../daemon/start-daemon.ts'
import { atRandom, balancer } from './balancer.ts'

/** How many a test's daemon is: `LATCHD_TEST_DAEMONS`, or one. */
export const daemonCount = Number(process.env.LATCHD_TEST_DAEMONS ?? 1)

/**
 * Starts daemons and a balancer in front of them.
 *
 * @param stateDir the folder of the test; each daemon has one of its own in it, and one for the
 *   contents of files is shared, as the guide says
 * @param port where the balancer listens; 0: on a free port
 * @param start starts a daemon of these settings
 */
export async function daemonsBehindBalancer(
  count: number,
  stateDir: string,
  port: number,
  start: (settings: Record<string, string>) => Promise<Daemon>,
): Promise<Daemon> {
  const files = join(stateDir, 'files')
  mkdirSync(files, { recursive: true })
  const daemons = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const folder = join(stateDir, `daemon-${i + 1}`)
      mkdirSync(folder, { recursive: true })
      try {
        symlinkSync(files, join(folder, 'files'))
      } catch (error) {
        // A daemon before this one has had the folder.
        if ((error as { code?: unknown }).code !== 'EEXIST') throw error
      }
      return await start({
        LATCHD_PORT: '0',
        LATCHD_STATE_DIR: folder,
        LATCHD_NODE_NAME: `daemon-${i + 1}`,
      })
    }),
  )
  const [first] = daemons as [Daemon, ...Daemon[]]
  const front = await balancer(atRandom(daemons.map(({ url }) => url)), port)
  let closing: Promise<void> | undefined
  return {
    url: front.url,
    log: first.log,
    probe: () => first.probe(),
    reload: read => daemons.map(daemon => daemon.reload(read)).every(Boolean),
    drainMs: first.drainMs,
    shrinkWhenIdle: () => {
      for (const daemon of daemons) daemon.shrinkWhenIdle()
    },
    close: () => {
      closing ??= (async () => {
        await Promise.all(daemons.map(daemon => daemon.close()))
        await front.close()
      })()
      return closing
    },
  }
}
