/** HTTP and WebSockets over a Unix socket, for the client of a daemon: `unix:/path`. */

import { Agent, fetch, WebSocket } from 'undici'
import type { LatchdOptions } from '../../sdk/index.ts'
import { SOCKET_SCHEME } from '../config/value-kind.ts'

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
        if (!isAbsent(error)) throw error
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

function isAbsent(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } }
  return cause?.code === 'ENOENT'
}
