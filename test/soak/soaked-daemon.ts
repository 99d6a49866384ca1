/** The daemon that is soaked, as operators run it: a process of its own with two tokens. */

import { join } from 'node:path'
import type { IsolationLevel } from '../../protocol/execution/isolation.ts'
import { Latchd } from '../../sdk/index.ts'
import { scripts, startDaemonProcess } from '../bench/daemon-process.ts'
import { type DaemonSize, sizeOf } from './daemon-size.ts'

export interface SoakedDaemon {
  /** The owner whose programs are honest. */
  readonly honest: Latchd
  /** The owner who attacks. */
  readonly hostile: Latchd
  readonly workers: number
  size(): DaemonSize
  /** A figure of its metrics. */
  metric(name: string): Promise<number>
  /** Heap of its main thread. */
  heapMB(): Promise<number>
  stop(): Promise<void>
}

const BYTES_PER_MB = 1_048_576

const secrets = { honest: 'honest-secret', hostile: 'hostile-secret' }

/** @param workers threads; the daemon's own default when absent */
export async function startSoakedDaemon(
  isolation: IsolationLevel,
  workers: number | undefined,
): Promise<SoakedDaemon> {
  const tokens = Object.entries(secrets).map(([name, secret]) => `${name}:${secret}`)
  const daemon = await startDaemonProcess(scripts.development, {
    env: {
      LATCHD_ISOLATION: isolation,
      LATCHD_TOKENS: tokens.join(),
      LATCHD_TOOLS: join(import.meta.dirname, 'tools.ts'),
    },
    // Each cancel is a line of the audit otherwise.
    logLevel: 'silent',
    ...(workers !== undefined && { workers }),
  })
  const { url, pid } = daemon
  const clientOf = (token: string) => new Latchd({ url, token })
  const honest = clientOf(secrets.honest)
  const hostile = clientOf(secrets.hostile)
  const metric = async (name: string) => {
    const headers = { authorization: `Bearer ${secrets.honest}` }
    const text = await (await fetch(`${url}/metrics`, { headers })).text()
    const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]
    if (value === undefined) throw new Error(`The daemon tells no metric ${name}`)
    return Number(value)
  }
  return {
    honest,
    hostile,
    workers: (await honest.info()).workers,
    size: () => sizeOf(pid),
    metric,
    heapMB: async () => Math.round((await metric('nodejs_heap_size_used_bytes')) / BYTES_PER_MB),
    async stop() {
      await Promise.all([honest.close(), hostile.close()])
      await daemon.stop()
    },
  }
}
