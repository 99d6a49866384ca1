/** From a caller's request to an execution that was taken. */

import { hash } from 'node:crypto'
import { encodedInputsOf, planExecution } from '../../executor/execution/plan.ts'
import type { ExecuteBody } from '../../protocol/execution/execution.ts'
import type { KnownCaller } from '../auth/tokens.ts'
import { withInputFiles } from '../files/input-files.ts'
import { readTraceParent, writeTraceParent } from '../telemetry/tracing/trace-parent.ts'
import { visibleTools } from './caller-tools.ts'
import type { RouteDependencies } from './dependencies.ts'

/** How a request is taken, beside its body. */
export interface SubmissionOptions {
  /** Whether it is on disk before it is answered, also when its body does not ask for it. */
  readonly isDurable: boolean
  /** The caller's idempotency key. */
  readonly key: string | undefined
  /** The trace that it is a part of. */
  readonly traceparent: string | undefined
}

/**
 * Plans an execution with the caller's tools, and submits it.
 *
 * @returns its id
 * @throws {LatchdError} as `Executions.submit`; `UNKNOWN_TOOL`, `INVALID_REQUEST`,
 *   `PAYLOAD_TOO_LARGE` for what the request holds
 */
export async function submitRequest(
  deps: RouteDependencies,
  request: ExecuteBody,
  caller: KnownCaller,
  { isDurable, key, traceparent }: SubmissionOptions,
): Promise<string> {
  const toolbox = await visibleTools(deps, caller, request)
  const inputs = encodedInputsOf(request)
  const planned = planExecution(
    request,
    toolbox,
    inputs,
    caller.name,
    deps.now,
    deps.executions.idPrefix,
  )
  const place = readTraceParent(traceparent)
  const plan = {
    ...planned,
    inputs: await withInputFiles(planned, deps.files.of),
    ...(place && { traceparent: writeTraceParent(place) }),
  }
  return await deps.executions.submit(plan, caller, {
    isDurable: isDurable || request.durable === true || key !== undefined,
    ...(key !== undefined && { key: { text: key, bodyHash: bodyHash(request) } }),
    webhookUrl: request.webhook?.url ?? deps.webhookUrl,
    isQueued: request.queue === true,
  })
}

/** The part of two requests that must be equal when they share an idempotency key. */
function bodyHash(request: ExecuteBody): string {
  const { clientTools } = request
  // A process that sends its request again has another name for the same tools.
  const same = clientTools && { ...request, clientTools: { ...clientTools, setId: '' } }
  return hash('sha256', JSON.stringify(same ?? request))
}
