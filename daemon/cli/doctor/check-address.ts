/** Whether a daemon answers, or could listen at its address. */

import { createServer } from 'node:net'
import { LatchdError } from '../../../protocol/errors.ts'
import type { LoadedConfig } from '../../config/config.ts'
import { daemonUrl, openClient } from '../client.ts'
import type { Finding } from '../commands/finding.ts'
import { oneLine } from '../refusal.ts'

/** Longer than a healthy daemon takes. */
const ANSWER_MS = 5000

/** Asks the daemon; without a daemon it tries to listen on the address. */
export async function checkAddress(config: LoadedConfig): Promise<Finding> {
  const url = daemonUrl(config)
  const client = await openClient(config, ANSWER_MS)
  try {
    const { name, version } = await client.info()
    if (name !== 'latchd') return stranger(url)
    return { status: 'ok', text: `latchd ${version} answers at ${url}` }
  } catch (error) {
    const code = error instanceof LatchdError ? error.code : undefined
    if (code === 'CONNECTION_REFUSED') return await checkPort(config)
    if (code === 'UNAUTHENTICATED' || code === 'FORBIDDEN') {
      const text = `a daemon answers at ${url} but refuses: ${oneLine(error)}; set LATCHD_TOKEN`
      return { status: 'warn', text }
    }
    if (code !== 'CONNECTION_LOST') return stranger(url)
    return { status: 'fail', text: `no daemon answers at ${url}: ${oneLine(error)}` }
  }
}

function stranger(url: string): Finding {
  return {
    status: 'fail',
    text: `what answers at ${url} is no latchd: set LATCHD_URL or LATCHD_PORT`,
  }
}

async function checkPort(config: LoadedConfig): Promise<Finding> {
  const { host, port, sources } = config
  const absent = `no daemon at ${daemonUrl(config)}`
  try {
    await listenOnce(host, port)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'EADDRINUSE' ? 'is in use by another program' : oneLine(error)
    return { status: 'fail', text: `${absent}; ${host} port ${port} ${reason}: set LATCHD_PORT` }
  }
  const isNamed = sources.url.from !== 'default'
  const text = `${absent}; ${host} port ${port} is free: latchd serve`
  return { status: isNamed ? 'warn' : 'ok', text }
}

/** Listens on the port for a moment. */
function listenOnce(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, host, () => server.close(() => resolve()))
  })
}
