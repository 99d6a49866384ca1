/** What an app gives as a request, checked before anything of it is read. Loads no schema library. */

import { kindWords } from '../base/kind-words.ts'
import { isRecord } from '../base/predicates.ts'
import { LatchdError } from '../errors.ts'

/**
 * Checks that a request is an object, and those fields that no schema looks at: what stays in the
 * process of the app, and its inputs.
 *
 * @throws {LatchdError} `INVALID_REQUEST`
 */
export function checkRequest(request: unknown): void {
  if (!isRecord(request)) {
    const message = `Cannot read the request: an object with a source is expected, not ${kindWords(request)}`
    throw new LatchdError('INVALID_REQUEST', message)
  }
  const { inputs, onApproval } = request
  if (inputs !== undefined && !isRecord(inputs)) {
    throw refused('inputs', `a record of values by name is expected, not ${kindWords(inputs)}`)
  }
  if (onApproval !== undefined && typeof onApproval !== 'function') {
    throw refused('onApproval', `a function is expected, not ${kindWords(onApproval)}`)
  }
  checkWaiting(request)
}

/**
 * Checks how long is waited, and what ends it.
 *
 * @throws {LatchdError} `INVALID_REQUEST`
 */
export function checkWaiting(options: unknown): void {
  if (!isRecord(options)) {
    const message = `Cannot read the options: an object is expected, not ${kindWords(options)}`
    throw new LatchdError('INVALID_REQUEST', message)
  }
  const { waitMs, signal } = options
  if (waitMs !== undefined && !(typeof waitMs === 'number' && waitMs >= 0)) {
    const given = typeof waitMs === 'number' ? String(waitMs) : kindWords(waitMs)
    throw refused('waitMs', `milliseconds from 0 are expected, not ${given}`)
  }
  const canAbort = (signal as Partial<AbortSignal> | null | undefined)?.addEventListener
  if (signal == null || typeof canAbort === 'function') return
  throw refused('signal', `an AbortSignal is expected, not ${kindWords(signal)}`)
}

function refused(field: string, detail: string): LatchdError {
  const errors = [{ pointer: `/${field}`, detail }]
  return new LatchdError('INVALID_REQUEST', `Cannot read the request: /${field}: ${detail}`, {
    errors,
  })
}
