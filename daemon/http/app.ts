/** The HTTP API: who may come in, where requests go, how refusals look. */

import { OpenAPIHono } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { fieldProblems, invalidRequest, MAX_SOURCE_BYTES } from '../../executor/request.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { addApprovalRoutes } from './approval-routes.ts'
import { addConnectRoutes, connectAuthorization } from './connect-route.ts'
import { addEventRoutes } from './event-routes.ts'
import { addExecuteRoutes } from './execute-routes.ts'
import { addExecutionRoutes } from './execution-routes.ts'
import { addHealthRoutes } from './health-routes.ts'
import { addInfoRoute } from './info-route.ts'
import { checkOrigin } from './origin.ts'
import type { HttpEnvironment, HttpPowers } from './powers.ts'
import { problemResponse } from './problem.ts'
import { addReplayRoute } from './replay-route.ts'
import { addSessionRoutes } from './session-routes.ts'
import { addToolRoutes } from './tool-routes.ts'

/**
 * Longest body that is read: a source of the largest size, every character escaped, and as much
 * again for inputs.
 */
const MAX_BODY_BYTES = 8 * MAX_SOURCE_BYTES

export function createApp(powers: HttpPowers): OpenAPIHono<HttpEnvironment> {
  const app = new OpenAPIHono<HttpEnvironment>({
    defaultHook: result => {
      if (!result.success)
        throw invalidRequest('Cannot read the request', fieldProblems(result.error as never))
    },
  })
  app.use(async (context, next) => {
    checkOrigin(powers.hostRule, context.req.header('host'), context.req.header('origin'))
    await next()
    context.header('x-content-type-options', 'nosniff')
    context.header('cache-control', 'no-store')
  })
  const onError = () => {
    throw new LatchdError(
      'PAYLOAD_TOO_LARGE',
      `Cannot read the body: more than ${MAX_BODY_BYTES} bytes`,
    )
  }
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError }))
  addHealthRoutes(app, powers)
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'latchd',
      version: powers.version,
      description: 'Runs model-written programs over asynchronous tools.',
    },
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
  })
  app.use(async (context, next) => {
    const { req } = context
    const authorization =
      req.header('authorization') ??
      connectAuthorization(req.path, req.header('sec-websocket-protocol'))
    context.set('caller', powers.tokens.identify(authorization))
    await next()
  })
  addExecuteRoutes(app, powers)
  addExecutionRoutes(app, powers)
  addReplayRoute(app, powers)
  addApprovalRoutes(app, powers)
  addSessionRoutes(app, powers)
  addEventRoutes(app, powers)
  addToolRoutes(app, powers)
  addConnectRoutes(app, powers)
  addInfoRoute(app, powers)
  app.notFound(context => {
    return problemResponse(
      new LatchdError('NOT_FOUND', `There is no ${context.req.method} ${context.req.path}`),
    )
  })
  app.onError(error => problemResponse(toRefusal(error, powers)))
  return app
}

function toRefusal(error: Error, { log }: HttpPowers): LatchdError {
  if (error instanceof LatchdError) return error
  // Thrown by the framework for bodies that are no JSON.
  if (error instanceof HTTPException && error.status < 500) {
    return new LatchdError('INVALID_REQUEST', error.message || 'Cannot read the request')
  }
  if (error instanceof TypeError && 'code' in error && error.code === 'VALUE_NOT_TRANSFERABLE') {
    return new LatchdError('INVALID_REQUEST', error.message)
  }
  log.error({ err: error }, 'request failed')
  return new LatchdError('INTERNAL', 'The daemon failed to answer; its log tells why')
}
