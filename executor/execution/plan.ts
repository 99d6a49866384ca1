/** From a request to a plan: validated, limits resolved, tools chosen. */

import type { z } from 'zod'
import { errorText } from '../../protocol/base/error-text.ts'
import { type FieldProblem, LatchdError } from '../../protocol/errors.ts'
import { ExecuteBody } from '../../protocol/execution/execution.ts'
import { limitTable, resolveLimits } from '../../protocol/limits.ts'
import { EXACT, PLAIN } from '../../protocol/values/value-format.ts'
import { decodeExact } from '../../protocol/values/values.ts'
import { invalidRequest } from '../boundary/invalid-request.ts'
import { randomBits } from '../boundary/random-bits.ts'
import { languageRefusal } from '../engine/installed.ts'
import { withToolSearch } from '../tools/tool-search.ts'
import type { Toolbox } from '../tools/toolbox.ts'
import { type ExecutionPlan, newExecutionId } from './execution-plan.ts'
import { journalCeiling, knownMemory } from './machine-limits.ts'

/** The fields of a request beside its tools. */
export type RequestFields = Pick<
  ExecuteBody,
  'source' | 'language' | 'limits' | 'metadata' | 'sessionId' | 'timeZone' | 'typecheck'
>

/**
 * Reads the body of a request.
 *
 * @throws {LatchdError} `INVALID_REQUEST`, with a problem per field
 */
export function readBody(body: unknown): ExecuteBody {
  const read = ExecuteBody.safeParse(body)
  if (read.success) return read.data
  throw invalidRequest('Cannot read the request', fieldProblems(read.error))
}

/** So many unknown keys of one object are reported: a body may hold a million. */
const MAX_UNKNOWN_KEYS = 20

/** The problems of a value that a schema refused, by JSON pointer. */
export function fieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap(issue => {
    const { path, message } = issue
    if (issue.code !== 'unrecognized_keys') return { pointer: pointerOf(path), detail: message }
    return issue.keys.slice(0, MAX_UNKNOWN_KEYS).map(key => ({
      pointer: pointerOf([...path, key]),
      detail: `Unrecognized key: ${JSON.stringify(key)}`,
    }))
  })
}

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map(key => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/**
 * Plans an execution.
 *
 * @param inputs the encoded object of inputs
 * @param caller name of the caller
 * @param idPrefix hex digits that the execution's id begins with
 * @throws {LatchdError} `PAYLOAD_TOO_LARGE` when the source exceeds `maxSourceBytes`
 * @throws {LatchdError} `INVALID_REQUEST` for a language whose package is not installed
 * @throws {LatchdError} `INVALID_REQUEST` for a limit that the memory of this machine does not
 *   allow
 */
export function planExecution(
  request: RequestFields,
  toolbox: Toolbox,
  inputs: string | undefined,
  caller: string,
  now: () => number = Date.now,
  idPrefix = '',
): ExecutionPlan {
  const refusal = languageRefusal(request.language)
  if (refusal !== undefined) throw refusal
  const limits = resolveLimits(request.limits as Partial<ExecutionPlan['limits']> | undefined)
  refuseBeyondMachine(limits.maxJournalBytes)
  const size = Buffer.byteLength(request.source)
  if (size > limits.maxSourceBytes) {
    const message = `Cannot execute the source: ${size} bytes, limit maxSourceBytes ${limits.maxSourceBytes}`
    throw new LatchdError('PAYLOAD_TOO_LARGE', message)
  }
  return {
    executionId: newExecutionId(idPrefix),
    source: request.source,
    language: request.language,
    limits,
    toolbox: withToolSearch(toolbox, request.language),
    inputs,
    seed: newSeed(),
    sessionId: request.sessionId,
    caller,
    metadata: request.metadata,
    createdAtMs: now(),
    // UTC is what a guest has without a zone, which costs nothing.
    timeZone: request.timeZone === 'UTC' ? undefined : request.timeZone,
    typecheck: request.typecheck,
  }
}

/** Known at the start, and the same from then on. */
const MAX_JOURNAL_BYTES = journalCeiling(knownMemory())

function refuseBeyondMachine(maxJournalBytes: number): void {
  if (maxJournalBytes <= MAX_JOURNAL_BYTES) return
  throw invalidRequest('Cannot read the request', [
    {
      pointer: '/limits/maxJournalBytes',
      detail: `at most ${MAX_JOURNAL_BYTES} fits into the memory of this machine`,
    },
  ])
}

function newSeed(): ExecutionPlan['seed'] {
  const bits = randomBits()
  return [0, 4, 8, 12].map(at => bits.readUInt32LE(at)) as [number, number, number, number]
}

/** The inputs of a body as the guest reads them. @throws {LatchdError} `INVALID_REQUEST` */
export function encodedInputsOf({ inputs, encodedInputs }: ExecuteBody): string | undefined {
  if (encodedInputs === undefined) return inputs && PLAIN + JSON.stringify(inputs)
  if (inputs !== undefined) {
    throw invalidRequest('Cannot read the inputs', [
      { pointer: '/encodedInputs', detail: 'either inputs or encodedInputs' },
    ])
  }
  let value: unknown
  try {
    value = decodeExact(encodedInputs)
  } catch (error) {
    const detail = `not in devalue's format: ${errorText(error)}`
    throw invalidRequest('Cannot read the inputs', [{ pointer: '/encodedInputs', detail }])
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidRequest('Cannot read the inputs', [
      { pointer: '/encodedInputs', detail: 'a record is expected' },
    ])
  }
  return EXACT + encodedInputs
}

/** Longest source that any request may send, in bytes. */
export const MAX_SOURCE_BYTES = limitTable.maxSourceBytes.ceiling
