/** Requests that are refused for what their fields hold; loads no schema library. */

import { type FieldProblem, LatchdError } from '../../protocol/errors.ts'

/** A refusal that names its fields in the message too. */
export function invalidRequest(what: string, errors: readonly FieldProblem[]): LatchdError {
  const list = errors.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`).join('; ')
  return new LatchdError('INVALID_REQUEST', `${what}: ${list}`, { errors })
}
