/** Routes that run programs. */

import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { EARLY_LOCATION } from '../../../protocol/execution/early-location.ts'
import {
  DEFAULT_WAIT_MS,
  ExecuteBody,
  Execution,
  ExecutionError,
} from '../../../protocol/execution/execution.ts'
import { isEnded } from '../../../protocol/execution/status.ts'
import type { KnownCaller } from '../../auth/tokens.ts'
import { callerRoute } from '../caller-route.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { earlyAnswer, prefersEarly } from '../early-answer.ts'
import { Problem } from '../problem.ts'
import { json, located, problems } from '../responses.ts'
import { submitRequest } from '../submission.ts'

const headers = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('Makes the execution durable; the same key and body give the same execution'),
  traceparent: z
    .string()
    .optional()
    .describe('The trace that the execution is a part of (W3C Trace Context)'),
})
const waitingHeaders = headers.extend({
  prefer: z
    .string()
    .optional()
    .describe(
      `\`${EARLY_LOCATION}\`: of a program that takes longer the head comes at once, as 202 with \`Location\`, and the execution later, also when it has ended; a body without it says that it has to be read there`,
    ),
})
const body = { content: { 'application/json': { schema: ExecuteBody } }, required: true }
const refusals = problems(400, 404, 409, 410, 413, 415, 422, 503, 507)

const executeRoute = callerRoute('execute', {
  method: 'post',
  path: '/v1/execute',
  operationId: 'execute',
  summary: 'Run a program and wait for its end',
  request: { body, headers: waitingHeaders },
  responses: {
    200: located(json(Execution, 'The ended execution')),
    202: located(
      json(Execution, 'The execution as it stands after `waitMs`, or waiting for an approval'),
    ),
    ...refusals,
  },
})

const submitRoute = callerRoute('execute', {
  method: 'post',
  path: '/v1/executions',
  operationId: 'submitExecution',
  summary: 'Run a program without waiting',
  request: { body, headers },
  responses: {
    202: located(json(Execution, 'The execution, taken; `Location` says where it is')),
    ...refusals,
  },
})

const ShortBody = z
  .strictObject({ code: z.string().describe('The program') })
  .meta({ id: 'ShortBody' })
const ShortAnswer = z
  .strictObject({
    output: z.unknown().describe('The plain JSON form of the output'),
    logs: z.string().describe('The console lines, joined by newlines'),
    is_final: z.boolean(),
  })
  .meta({ id: 'ShortAnswer' })

const shortRoute = callerRoute('execute', {
  method: 'post',
  path: '/execute',
  operationId: 'executeShort',
  summary: 'The short form for scripts',
  request: {
    body: { content: { 'application/json': { schema: ShortBody } }, required: true },
    headers,
  },
  responses: {
    200: json(ShortAnswer, 'The program has come to its end'),
    202: located(json(z.strictObject({ executionId: z.string() }), 'The program goes on')),
    422: {
      description: 'The program failed, or the idempotency key was used with another body',
      content: {
        'application/json': { schema: z.strictObject({ error: ExecutionError, logs: z.string() }) },
        'application/problem+json': { schema: Problem },
      },
    },
    ...problems(400, 410, 413, 415, 503, 507),
  },
})

/** Adds `POST /v1/execute`, `POST /v1/executions` and the short `POST /execute`. */
export function addExecuteRoutes(app: OpenAPIHono<HttpEnvironment>, deps: RouteDependencies): void {
  const { executions } = deps

  /**
   * Waits for the end. An execution that has not ended by then must go on, and so becomes durable.
   */
  const waitFor = async (executionId: string, caller: KnownCaller, waitMs: number) => {
    const execution = await executions.get(executionId, caller, waitMs)
    if (isEnded(execution) || !(await executions.makeDurable(executionId))) return execution
    return await executions.get(executionId, caller)
  }

  app.openapi(executeRoute, async context => {
    const caller = context.get('caller')
    const request = context.req.valid('json')
    const { 'idempotency-key': key, traceparent, prefer } = context.req.valid('header')
    const executionId = await submitRequest(deps, request, caller, {
      isDurable: false,
      key,
      traceparent,
    })
    const reading = waitFor(executionId, caller, request.waitMs)
    const early = prefersEarly(prefer)
      ? await earlyAnswer(reading, location(executionId))
      : undefined
    // The framework knows the types of answers that it makes itself, and no others.
    if (early !== undefined) return early as never
    const execution = await reading
    return context.json(execution, isEnded(execution) ? 200 : 202, location(executionId))
  })

  app.openapi(submitRoute, async context => {
    const caller = context.get('caller')
    const { 'idempotency-key': key, traceparent } = context.req.valid('header')
    const options = { isDurable: true, key, traceparent }
    const executionId = await submitRequest(deps, context.req.valid('json'), caller, options)
    return context.json(await executions.get(executionId, caller), 202, location(executionId))
  })

  app.openapi(shortRoute, async context => {
    const caller = context.get('caller')
    const { code } = context.req.valid('json')
    const request = ExecuteBody.parse({ source: code })
    const { 'idempotency-key': key, traceparent } = context.req.valid('header')
    const options = { isDurable: false, key, traceparent }
    const executionId = await submitRequest(deps, request, caller, options)
    const execution = await waitFor(executionId, caller, DEFAULT_WAIT_MS)
    const logs = execution.logs.map(({ text }) => text).join('\n')
    if (execution.status === 'completed') {
      const { output, isFinalAnswer } = execution
      return context.json({ output: output.value, logs, is_final: isFinalAnswer }, 200)
    }
    if ('error' in execution) return context.json({ error: execution.error, logs }, 422)
    return context.json({ executionId }, 202, location(executionId))
  })
}

const location = (executionId: string) => ({ location: `/v1/executions/${executionId}` })
