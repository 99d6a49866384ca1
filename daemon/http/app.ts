/** The HTTP API: admission of requests, routes, and the form of refusals. */

import { OpenAPIHono } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { invalidRequest } from '../../executor/boundary/invalid-request.ts'
import { fieldProblems } from '../../executor/execution/plan.ts'
import { type ErrorCode, LatchdError } from '../../protocol/errors.ts'
import { CallerShares } from '../auth/caller-shares.ts'
import type { HttpEnvironment, RouteDependencies } from './dependencies.ts'
import { INNER } from './mcp-endpoint.ts'
import { actorOf, incomingOf, refusedRequest } from './middleware/actor.ts'
import { boundBodies } from './middleware/body-bounds.ts'
import { corsHeaders, preflightAnswer } from './middleware/cors.ts'
import { readJsonBodies } from './middleware/json-bodies.ts'
import { checkOrigin } from './middleware/origin.ts'
import { methodNotAllowed, pathMethods } from './middleware/path-methods.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { problemResponse } from './problem.ts'
import { addApprovalRoutes } from './routes/approval-routes.ts'
import { addConnectRoutes, connectAuthorization } from './routes/connect-route.ts'
import { addConsoleRoutes } from './routes/console-routes.ts'
import { addEventRoutes } from './routes/event-routes.ts'
import { addExecuteRoutes } from './routes/execute-routes.ts'
import { addExecutionRoutes } from './routes/execution-routes.ts'
import { addFileLinkRoute } from './routes/file-link-route.ts'
import { addFileRoutes, addLinkedFileRoute } from './routes/file-routes.ts'
import { addHealthRoutes } from './routes/health-routes.ts'
import { addInfoRoute } from './routes/info-route.ts'
import { addMcpRoute } from './routes/mcp-route.ts'
import { addMetricsRoute } from './routes/metrics-route.ts'
import { addNodeRoutes } from './routes/node-routes.ts'
import { addReplayRoute } from './routes/replay-route.ts'
import { addSessionRoutes } from './routes/session-routes.ts'
import { addSignInLinkRoute } from './routes/sign-in-link-route.ts'
import { addToolRoutes } from './routes/tool-routes.ts'
import { addWelcomeRoute } from './routes/welcome-route.ts'

/**
 * Builds the HTTP API: checks of origin, token and rates, then all routes.
 *
 * Every refusal and every error becomes a problem (RFC 9457).
 */
export function createApp(deps: RouteDependencies): OpenAPIHono<HttpEnvironment> {
  const app = new OpenAPIHono<HttpEnvironment>({
    defaultHook: result => {
      if (!result.success)
        throw invalidRequest('Cannot read the request', fieldProblems(result.error as never))
    },
  })
  app.use(async (context, next) => {
    const { req } = context
    const client = deps.proxies.clientOf(incomingOf(context))
    context.set('address', client.address)
    const origin = checkOrigin(deps.hostRule, {
      host: req.header('host'),
      forwardedHost: client.host,
      origin: req.header('origin'),
    })
    const asks = req.method === 'OPTIONS' && req.header('access-control-request-method')
    if (origin !== undefined && asks) context.res = preflightAnswer()
    else await next()
    // On the answer itself: `context.header()` makes a new one for each, with a stream for its body.
    const { headers } = context.res
    for (const [name, value] of Object.entries(securityHeaders)) {
      // A stream of events sets some itself, and so does the console.
      if (!headers.has(name)) headers.set(name, value)
    }
    if (origin === undefined) return
    for (const [name, value] of Object.entries(corsHeaders(origin))) headers.set(name, value)
  })
  const shares = new CallerShares(
    () => performance.now(),
    () => deps.store.sharing?.living ?? 1,
  )
  addHealthRoutes(app, deps)
  addConsoleRoutes(app, deps, shares)
  addWelcomeRoute(app, deps)
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'latchd',
      version: deps.version,
      description:
        'Runs model-written programs over asynchronous tools. What is no HTTP, comes too slowly or is too large is refused with 400, 408, 413 or 431 wherever it was sent.',
    },
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
  })
  addLinkedFileRoute(app, deps)
  app.use(async (context, next) => {
    const { req } = context
    const authorization =
      req.header('authorization') ??
      connectAuthorization(req.path, req.header('sec-websocket-protocol'))
    const caller = deps.tokens.identify(authorization)
    context.set('caller', caller)
    if (INNER in (context.env as object)) return await next()
    shares.admit(caller)
    if (deps.tokens.size > 0) deps.audit.used(caller.withdrawn, actorOf(context))
    await next()
  })
  addFileRoutes(app, deps, shares)
  app.use(boundBodies(shares))
  app.use(readJsonBodies())
  addExecuteRoutes(app, deps)
  addExecutionRoutes(app, deps)
  addReplayRoute(app, deps)
  if (deps.answerConsole !== undefined) addSignInLinkRoute(app, deps)
  addApprovalRoutes(app, deps)
  addSessionRoutes(app, deps)
  addFileLinkRoute(app, deps)
  addEventRoutes(app, deps)
  addToolRoutes(app, deps)
  addConnectRoutes(app, deps, shares)
  addMcpRoute(app, deps)
  addInfoRoute(app, deps)
  addNodeRoutes(app, deps)
  addMetricsRoute(app, deps)
  const methodsOf = pathMethods(app.routes)
  app.notFound(context => {
    const { method, path } = context.req
    const allowed = methodsOf(path)
    const refusal =
      allowed.length === 0
        ? new LatchdError('NOT_FOUND', `There is no ${method} ${path}`)
        : methodNotAllowed(method, path, allowed)
    deps.metrics.onRefusal(refusal.code)
    const response = problemResponse(refusal)
    if (allowed.length > 0) response.headers.set('allow', allowed.join(', '))
    return response
  })
  app.onError((error, context) => {
    const refusal = toRefusal(error, deps)
    deps.metrics.onRefusal(refusal.code)
    if (notLetIn.has(refusal.code)) deps.audit.refused(refusedRequest(context, refusal.code))
    return problemResponse(refusal)
  })
  return app
}

/** Refusals of callers rather than of requests; the audit records them. */
const notLetIn: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'TOKEN_LIMIT_EXCEEDED',
])

function toRefusal(error: Error, { log }: RouteDependencies): LatchdError {
  if (error instanceof LatchdError) return error
  if (error instanceof HTTPException && error.status === 415) {
    return new LatchdError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Cannot read the body: application/json is expected',
    )
  }
  // The framework throws it for a body that is not JSON.
  if (error instanceof HTTPException && error.status < 500) {
    return new LatchdError('INVALID_REQUEST', error.message || 'Cannot read the request')
  }
  if (error instanceof TypeError && 'code' in error && error.code === 'VALUE_NOT_TRANSFERABLE') {
    return new LatchdError('INVALID_REQUEST', error.message)
  }
  log.error({ err: error }, 'request failed')
  return new LatchdError('INTERNAL', 'The daemon failed to answer; its log tells why')
}
