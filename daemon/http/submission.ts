/** From a caller's request to an execution that was taken. */

import { hash } from 'node:crypto'
import { invalidRequest } from '../../executor/boundary/invalid-request.ts'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import { encodedInputsOf, planExecution } from '../../executor/execution/plan.ts'
import type { FilesOf } from '../../executor/files/execution-files.ts'
import { type ErrorCode, LatchdError } from '../../protocol/errors.ts'
import type { ExecuteBody } from '../../protocol/execution/execution.ts'
import { mayNameFiles, withNamedFiles } from '../../protocol/values/file-inputs.ts'
import type { KnownCaller } from '../auth/tokens.ts'
import { readTraceParent, writeTraceParent } from '../telemetry/tracing/trace-parent.ts'
import { visibleTools } from './caller-tools.ts'
import type { RouteDependencies } from './dependencies.ts'

/** How a request is taken, beside its body. */
export interface SubmissionOptions {
  /** Whether the execution is stored before the answer, also when the body does not ask for that. */
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

/**
 * The inputs of a plan, with the files that they name: from now on the execution has them too.
 *
 * @throws {LatchdError} `INVALID_REQUEST` for a file that the caller has not; `PAYLOAD_TOO_LARGE`,
 *   `FILES_FULL`
 */
async function withInputFiles(plan: ExecutionPlan, filesOf: FilesOf): Promise<string | undefined> {
  const { inputs } = plan
  if (inputs === undefined || !mayNameFiles(inputs)) return inputs
  const files = filesOf(plan)
  return await withNamedFiles(inputs, file => files.store(file)).catch(error => {
    throw refusal(error)
  })
}

function refusal(error: Error & { code?: unknown }): Error {
  const { code, message } = error
  if (code === 'LIMIT_EXCEEDED') return new LatchdError('PAYLOAD_TOO_LARGE', message)
  if (code === 'FILES_FULL') return new LatchdError(code as ErrorCode, message)
  if (code !== 'VALUE_NOT_TRANSFERABLE') return error
  const errors = [{ pointer: '/inputs', detail: message.replace('The execution', 'the caller') }]
  return invalidRequest('Cannot read the inputs', errors)
}
