/**
 * The route by which clients with tools connect, and the one that takes their answers without a
 * connection.
 */

import type { IncomingMessage } from 'node:http'
import { upgradeWebSocket } from '@hono/node-server'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { ClientFrame, DaemonFrame, SettleBody } from '../../../protocol/connect/connect.ts'
import {
  closeCodes,
  MAX_FRAME_BYTES,
  SUBPROTOCOL,
  TOKEN_SUBPROTOCOL,
} from '../../../protocol/connect/connect-facts.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { CallerShares } from '../../auth/caller-shares.ts'
import { type KnownCaller, requireScope } from '../../auth/tokens.ts'
import type { ClientConnection } from '../../clients/client-connection.ts'
import { callerRoute } from '../caller-route.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { checkOrigin } from '../middleware/origin.ts'
import { needs } from '../middleware/scope.ts'
import { json, problems } from '../responses.ts'

const CONNECT_PATH = '/v1/connect'

const ConnectFrames = z
  .strictObject({ fromClient: ClientFrame, fromDaemon: DaemonFrame })
  .meta({ id: 'ConnectFrames' })

const settleRoute = callerRoute('execute', {
  method: 'post',
  path: '/v1/calls/{callId}/settle',
  operationId: 'settleCall',
  summary: 'Answer a call that came over a connection that is gone',
  request: {
    params: z.object({
      callId: z
        .string()
        .openapi({ param: { name: 'callId', in: 'path' } })
        .describe('The `id` of the call frame'),
    }),
    body: { content: { 'application/json': { schema: SettleBody } }, required: true },
  },
  responses: {
    200: json(z.strictObject({ settled: z.literal(true) }), 'Taken; once more changes nothing'),
    ...problems(400, 404, 413, 415),
  },
})

/**
 * Takes connections for the servers of a daemon; one for each server.
 *
 * The token that a browser sends as a subprotocol is never answered with.
 */
export function socketServer(): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    // Frames are small and many; a context of zlib for each connection costs more than it saves.
    perMessageDeflate: false,
    handleProtocols: protocols => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  })
}

/** The `Authorization` of a client that cannot send the header: its token is a subprotocol. */
export function connectAuthorization(path: string, protocols: string | undefined) {
  if (path !== CONNECT_PATH || protocols === undefined) return undefined
  const given = protocols.split(',').map(protocol => protocol.trim())
  const token = given.find(protocol => protocol.startsWith(TOKEN_SUBPROTOCOL))
  if (token === undefined) return undefined
  const secret = Buffer.from(token.slice(TOKEN_SUBPROTOCOL.length), 'base64url').toString()
  return `Bearer ${secret}`
}

/** Whether a request becomes a connection; otherwise it is answered as an ordinary request. */
export function mayConnect(
  deps: Pick<RouteDependencies, 'tokens' | 'hostRule' | 'proxies' | 'executions' | 'connections'>,
  request: IncomingMessage,
): boolean {
  const { tokens, hostRule, proxies, executions, connections } = deps
  const { method, url = '', headers } = request
  const path = url.split('?', 1)[0] as string
  const isSocket = headers.upgrade?.toLowerCase() === 'websocket'
  if (method !== 'GET' || path !== CONNECT_PATH || !isSocket || executions.isDraining) return false
  const authorization =
    headers.authorization ?? connectAuthorization(path, headers['sec-websocket-protocol'])
  try {
    const { host: forwardedHost } = proxies.clientOf(request)
    checkOrigin(hostRule, { host: headers.host, forwardedHost, origin: headers.origin })
    const caller = tokens.identify(authorization)
    requireScope(caller, 'execute')
    connections.admit(caller.name)
    return true
  } catch (error) {
    // The answer says why.
    if (error instanceof LatchdError) return false
    throw error
  }
}

/** A connection that has sent too much is read again after this long at the latest: its lease goes on. */
const MAX_PAUSE_MS = 10_000

/** Counts a frame for its caller, and leaves the next ones unread until it is paid for. */
function countFrame(shares: CallerShares, caller: KnownCaller, data: unknown, raw: Pausable) {
  const bytes = typeof data === 'string' ? data.length : ((data as ArrayBuffer).byteLength ?? 0)
  const seconds = shares.frame(caller, bytes)
  if (seconds === 0) return
  raw.pause()
  setTimeout(() => raw.resume(), Math.min(MAX_PAUSE_MS, 1000 * seconds)).unref()
}

/** The part of a `ws` socket that pauses reading. */
interface Pausable {
  pause(): void
  resume(): void
}

/** Adds the WebSocket of `GET /v1/connect`, and `POST /v1/calls/{callId}/settle`. */
export function addConnectRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  deps: RouteDependencies,
  shares: CallerShares,
): void {
  const { connections } = deps
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: CONNECT_PATH,
    operationId: 'connectClient',
    summary: 'Connect a client that runs tools (WebSocket)',
    description: `The subprotocol is \`${SUBPROTOCOL}\`; who cannot send an \`Authorization\` header adds \`${TOKEN_SUBPROTOCOL}\` with the token in base64url. Frames are JSON texts.`,
    security: needs('execute').security,
    responses: {
      101: json(ConnectFrames, 'Connected; no body, but what travels from then on'),
      ...problems(401, 403, 426, 429, 503),
    },
  })
  app.get(
    CONNECT_PATH,
    needs('execute').middleware,
    async (context, next) => {
      if (deps.executions.isDraining) {
        throw new LatchdError('DRAINING', 'Cannot take a connection: the daemon is stopping')
      }
      connections.admit(context.get('caller').name)
      await next()
    },
    upgradeWebSocket(context => {
      const caller: KnownCaller = context.get('caller')
      let conversation: ClientConnection | undefined
      const onWithdrawn = () => conversation?.close(closeCodes.WITHDRAWN, 'the token is withdrawn')
      return {
        onOpen: (_event, { raw }) => {
          if (raw === undefined) return
          conversation = connections.open(raw as never, caller.name)
          caller.withdrawn.addEventListener('abort', onWithdrawn)
          // The token may have been withdrawn while the connection was made.
          if (caller.withdrawn.aborted) onWithdrawn()
        },
        onMessage: ({ data }, { raw }) => {
          if (raw !== undefined) countFrame(shares, caller, data, raw as never)
          conversation?.onMessage(typeof data === 'string' ? data : undefined)
        },
        // The close that follows says what is wrong.
        onError: () => {},
        onClose: () => {
          caller.withdrawn.removeEventListener('abort', onWithdrawn)
          conversation?.onClose()
        },
      }
    }),
    () => {
      throw new LatchdError('UPGRADE_REQUIRED', `Cannot answer ${CONNECT_PATH}: it is a WebSocket`)
    },
  )

  app.openapi(settleRoute, async context => {
    const caller = context.get('caller')
    const { callId } = context.req.valid('param')
    await connections.settle(callId, caller.name, context.req.valid('json'))
    return context.json({ settled: true as const }, 200)
  })
}
