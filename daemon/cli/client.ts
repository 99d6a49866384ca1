/** The client that the commands about a daemon use. */

import type { Latchd, LatchdOptions } from '../../sdk/index.ts'
import type { LoadedConfig } from '../config/config.ts'
import { SOCKET_SCHEME } from '../config/value-kind.ts'

/**
 * Where the daemon of a configuration is: at the URL when one is named, else where the same
 * configuration has a daemon listen.
 */
export function daemonUrl({ url, socket, host, port, sources }: LoadedConfig): string {
  if (sources.url.from !== 'default') return url
  if (socket !== undefined) return `${SOCKET_SCHEME}${socket}`
  // Which port is free, and so which one a daemon got, only that daemon knows.
  if (port === 0) return url
  const reached = anyAddress[host] ?? host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}

/** Addresses that reach a daemon which listens on all addresses. */
const anyAddress: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/** How a daemon is reached. */
export interface Transport extends Required<Pick<LatchdOptions, 'fetch'>> {
  readonly url: string
  readonly token?: string
  readonly WebSocket?: NonNullable<LatchdOptions['WebSocket']>
}

/**
 * The way to the configured daemon.
 *
 * @param answerMs how long one answer may take; absent: any time
 */
export async function transportTo(config: LoadedConfig, answerMs?: number): Promise<Transport> {
  const url = daemonUrl(config)
  const { token } = config
  const isSocket = url.startsWith(SOCKET_SCHEME)
  const socket = isSocket ? (await import('./socket-transport.ts')).socketTransport(url) : undefined
  const send: Transport['fetch'] = socket?.fetch ?? fetch
  return {
    url,
    ...(token !== undefined && { token }),
    ...socket,
    fetch:
      answerMs === undefined
        ? send
        : (to, init) => send(to, { ...init, signal: AbortSignal.timeout(answerMs) }),
  }
}

/** Opens a client of the configured daemon. @param answerMs as of {@link transportTo} */
export async function openClient(config: LoadedConfig, answerMs?: number): Promise<Latchd> {
  const [{ Latchd }, transport] = await Promise.all([
    import('../../sdk/index.ts'),
    transportTo(config, answerMs),
  ])
  return new Latchd(transport)
}
