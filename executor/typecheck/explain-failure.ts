/**
 * Explains a failure by the type check. It is asked only for certain failures, and not for long.
 */

import type { ExecutionError } from '../../protocol/execution/execution.ts'
import { CHECK_SKIPPED } from './check-skipped.ts'
import type { CheckRequest, TypeChecker } from './type-checker.ts'

/** Longest that the end of a failed execution waits for a finding. */
const EXPLAIN_MS = 1500

/**
 * Failures that types may explain: an absent member, and the errors that follow from reading one.
 */
const OF_MEMBERS =
  /is not a (?:function|constructor)$|^Cannot (?:read|set|destructure) |is not iterable$/

/**
 * Whether the types of the tools may explain why a program failed.
 *
 * @param hasCalled whether it has called a tool
 */
export function isExplicable(error: ExecutionError, hasCalled: boolean): boolean {
  if (error.code !== 'GUEST_ERROR' || error.line === undefined) return false
  if (error.name === 'ToolInputError') return error.hint === undefined
  return hasCalled && error.name === 'TypeError' && OF_MEMBERS.test(error.message)
}

/**
 * The error, with the type check's finding of its line as its hint where there is one. The
 * request's `left` ends the wait.
 */
export async function explainFailure(
  error: ExecutionError,
  checker: TypeChecker,
  request: CheckRequest,
): Promise<ExecutionError> {
  // Requests of other programs come first: an explanation is not worth a place in the queue.
  if (checker.isBusy(request.owner)) return error
  const given = Promise.withResolvers<readonly []>()
  const giveUp = () => given.resolve([])
  const timer = setTimeout(giveUp, EXPLAIN_MS)
  request.left?.addEventListener('abort', giveUp)
  try {
    const diagnostics = await Promise.race([checker.check(request), given.promise])
    const finding = diagnostics.find(
      ({ code, line }) => code !== CHECK_SKIPPED && line === error.line,
    )
    return finding === undefined ? error : { ...error, hint: finding.message }
  } finally {
    clearTimeout(timer)
    request.left?.removeEventListener('abort', giveUp)
  }
}
