/** HTTP and WebSockets over a Unix socket, for the client of a daemon: `unix:/path`. */

import { Agent, fetch, WebSocket } from 'undici'
import { LatchdError } from '../../protocol/errors.ts'
import type { LatchdOptions } from '../../sdk/index.ts'
import { SOCKET_SCHEME } from '../config/value-kind.ts'

const DENIED = 'permission denied; only its owner and the members of its group may connect'

/** Options of a client whose URL is `unix:` and a path. */
export function socketTransport(url: string): Required<Pick<LatchdOptions, 'fetch' | 'WebSocket'>> {
  const dispatcher = new Agent({ connect: { socketPath: url.slice(SOCKET_SCHEME.length) } })
  const onHost = (scheme: string, address: string) =>
    `${scheme}://localhost${address.slice(url.length)}`
  return {
    fetch: async (address, init) => {
      try {
        const request = { ...init, dispatcher } as Parameters<typeof fetch>[1]
        return (await fetch(onHost('http', address), request)) as unknown as Response
      } catch (error) {
        const { code } = causeOf(error)
        if (code === 'EACCES') throw new LatchdError('FORBIDDEN', `Cannot use ${url}: ${DENIED}`)
        if (code === 'EINVAL') {
          const message = `Cannot use ${url}: the path is too long for a socket`
          throw new LatchdError('CONFIG_INVALID', message)
        }
        if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
        // Without its file no daemon listens there, as where a port is closed.
        throw Object.assign(new Error('no such socket', { cause: error }), { code: 'ECONNREFUSED' })
      }
    },
    WebSocket: class extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(onHost('ws', address), { protocols, dispatcher })
      }
    } as unknown as NonNullable<LatchdOptions['WebSocket']>,
  }
}

const causeOf = (error: unknown): { code?: unknown } =>
  (error as { cause?: { code?: unknown } }).cause ?? {}
