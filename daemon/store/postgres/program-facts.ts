/** What a store reads of a program and its plan, for columns of their own. */

import { LatchdError } from '../../../protocol/errors.ts'

/** Characters of a source that are read for its first line. */
export const SOURCE_HEAD = 500

/** The parts of a plan that a store reads. */
export interface ProgramFacts {
  readonly language?: string
  readonly metadata?: object
  readonly runtime?: string
}

/** What a store reads of a plan. @throws {LatchdError} `INVALID_REQUEST`: it is not JSON */
export function programFacts(plan: string): ProgramFacts {
  try {
    return JSON.parse(plan)
  } catch (error) {
    throw new LatchdError('INVALID_REQUEST', 'Cannot keep a value: the plan is not JSON', {
      cause: error,
    })
  }
}
