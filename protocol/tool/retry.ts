/**
 * Retries a failed tool, and pauses one that keeps failing.
 *
 * This wraps the tool itself, and not its caller, so that it behaves the same wherever its code
 * runs: in a daemon, in an app, in a client of a daemon.
 */

import type { CircuitBreakerPolicy, RetryPolicy } from 'cockatiel'
import { shownValue } from '../base/shown-value.ts'
import { LatchdError } from '../errors.ts'
import { isRecord } from './schema.ts'
import type { RetryRule, ToolAnnotations, ToolContext } from './wire-tool.ts'

type Execute = (input: unknown, context: ToolContext) => unknown

interface Bounds {
  readonly least: number
  readonly most: number
}

const attempts: Bounds = { least: 1, most: 20 }
const pauseMs: Bounds = { least: 1, most: 3_600_000 }
const failures: Bounds = { least: 1, most: 1000 }

const ruleFields: Readonly<Record<string, Bounds>> = {
  attempts,
  backoffMs: pauseMs,
  maxBackoffMs: pauseMs,
}
const breakerFields: Readonly<Record<string, Bounds>> = { failures, openMs: pauseMs }

/**
 * Reads a definition's options of retries.
 *
 * @throws {LatchdError} `TOOL_INVALID` for a tool whose calls must not be repeated, or a bad value
 */
export function readRetry(
  rule: unknown,
  annotations: ToolAnnotations,
  tool: string,
): RetryRule | undefined {
  if (rule === undefined) return undefined
  if (!isRecord(rule)) throw invalid(tool, 'retry', shownValue(rule), 'a record is expected')
  if (annotations.readOnly !== true && annotations.idempotent !== true) {
    const why = 'only tools whose annotations say readOnly or idempotent are tried again'
    throw new LatchdError('TOOL_INVALID', `Cannot use tool "${tool}": it has retry, and ${why}`)
  }
  const { circuitBreaker, ...rest } = rule
  checkFields(rest, ruleFields, 'retry', tool, ['circuitBreaker'])
  if (rest.attempts === undefined) {
    throw invalid(tool, 'retry.attempts', 'undefined', `${range(attempts)} is expected`)
  }
  if (circuitBreaker !== undefined) {
    if (!isRecord(circuitBreaker)) {
      throw invalid(
        tool,
        'retry.circuitBreaker',
        shownValue(circuitBreaker),
        'a record is expected',
      )
    }
    checkFields(circuitBreaker, breakerFields, 'retry.circuitBreaker', tool)
  }
  return rule as unknown as RetryRule
}

function checkFields(
  record: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, Bounds>>,
  path: string,
  tool: string,
  others: readonly string[] = [],
): void {
  for (const [key, value] of Object.entries(record)) {
    const bounds = known[key]
    if (bounds === undefined) {
      const names = [...Object.keys(known), ...others].join(', ')
      throw invalid(tool, `${path}.${key}`, shownValue(value), `there are only ${names}`)
    }
    if (value === undefined) continue
    if (!Number.isInteger(value) || !isWithin(value as number, bounds)) {
      throw invalid(tool, `${path}.${key}`, shownValue(value), `${range(bounds)} is expected`)
    }
  }
}

const isWithin = (value: number, { least, most }: Bounds) => value >= least && value <= most
const range = ({ least, most }: Bounds) => `a whole number from ${least} to ${most}`

function invalid(tool: string, path: string, value: string, expected: string): LatchdError {
  return new LatchdError(
    'TOOL_INVALID',
    `Cannot use tool "${tool}": ${path} is ${value}; ${expected}`,
  )
}

/**
 * Makes the code of a tool try again. The time of a call covers all its attempts with the pauses
 * between; each has the same `callId` and `idempotencyKey`.
 */
export function withRetry(tool: string, rule: RetryRule, execute: Execute): Execute {
  let policies: Promise<Policies> | undefined
  return async (input, context) => {
    policies ??= makePolicies(rule)
    const { retry, breaker } = await policies
    const { signal } = context
    const attempt = async ({ attempt }: { attempt: number }) => {
      if (attempt > 0) context.progress({ attempt: attempt + 1, of: rule.attempts })
      const once = () => untilAborted(execute, input, context)
      return await (breaker === undefined ? once() : breaker.execute(once, signal))
    }
    try {
      return await retry.execute(attempt, signal)
    } catch (error) {
      const { isBrokenCircuitError } = await import('cockatiel')
      throw isBrokenCircuitError(error) ? unavailable(tool, rule) : error
    }
  }
}

interface Policies {
  readonly retry: RetryPolicy
  readonly breaker: CircuitBreakerPolicy | undefined
}

const BACKOFF_MS = 200
const MAX_BACKOFF_MS = 30_000
const FAILURES = 5
const OPEN_MS = 30_000

/** Loaded by the first call of a tool with a rule: most have none, and clients stay thin. */
async function makePolicies(rule: RetryRule): Promise<Policies> {
  const {
    circuitBreaker,
    ConsecutiveBreaker,
    ExponentialBackoff,
    handleWhen,
    isBrokenCircuitError,
    retry,
  } = await import('cockatiel')
  const { backoffMs = BACKOFF_MS, maxBackoffMs = MAX_BACKOFF_MS } = rule
  const backoff = new ExponentialBackoff({
    initialDelay: Math.min(backoffMs, maxBackoffMs),
    maxDelay: maxBackoffMs,
  })
  const isWorthATry = (error: unknown) => !isBrokenCircuitError(error) && isPassing(error)
  const { failures = FAILURES, openMs = OPEN_MS } = rule.circuitBreaker ?? {}
  return {
    // The pause of an abandoned call does not keep the process alive.
    retry: retry(handleWhen(isWorthATry), {
      maxAttempts: rule.attempts - 1,
      backoff,
    }).dangerouslyUnref(),
    breaker:
      rule.circuitBreaker === undefined
        ? undefined
        : circuitBreaker(handleWhen(isPassing), {
            halfOpenAfter: openMs,
            breaker: new ConsecutiveBreaker(failures),
          }),
  }
}

/** Codes of errors that every attempt repeats, or of calls that were given up. */
const lasting: ReadonlySet<unknown> = new Set([
  'TOOL_INPUT_INVALID',
  'TOOL_OUTPUT_INVALID',
  'VALUE_NOT_TRANSFERABLE',
  'CALL_CANCELLED',
])

/** Whether a failure is temporary: the next try may succeed. It counts against the tool's health. */
function isPassing(error: unknown): boolean {
  const { retryable, code, name } = (error ?? {}) as Partial<Record<string, unknown>>
  if (error instanceof GivenUp || retryable === false) return false
  return !lasting.has(code) && name !== 'ToolInputError'
}

/** The call was given up. */
class GivenUp extends Error {
  override readonly name = 'GivenUp'
}

/** One attempt. A tool that does not heed its signal is not waited for: a circuit would never close. */
async function untilAborted(
  execute: Execute,
  input: unknown,
  context: ToolContext,
): Promise<unknown> {
  const { signal } = context
  if (signal.aborted) throw abortError(signal.reason)
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(abortError(signal.reason))
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([execute(input, context), aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** A tool that does not answer in time is unhealthy; a caller that has left proves nothing. */
function abortError(reason: unknown): Error {
  const isTimeout = reason instanceof LatchdError && reason.code === 'TOOL_TIMEOUT'
  return isTimeout ? reason : new GivenUp('The call was given up', { cause: reason })
}

function unavailable(tool: string, { circuitBreaker }: RetryRule): LatchdError {
  const { failures = FAILURES, openMs = OPEN_MS } = circuitBreaker ?? {}
  const message = `${tool} is not called: it failed ${failures} times in a row, and is left alone for ${openMs} ms`
  return new LatchdError('TOOL_UNAVAILABLE', message)
}
