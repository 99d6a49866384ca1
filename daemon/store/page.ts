/** Pages of a list, newest first, and the cursors that stand for places in it. */

import type { Place } from '../../executor/store/place.ts'
import { LatchdError } from '../../protocol/errors.ts'

/** Some entries of a list, and the cursor of those that follow. */
export interface Page<T> {
  readonly data: readonly T[]
  /** Where the next page starts; absent on the last one. */
  readonly nextCursor?: string
}

/** The cursor that a caller sends to go on after a place. */
export function toCursor({ createdAtMs, id }: Place): string {
  return `${createdAtMs}.${id}`
}

/** @throws {LatchdError} `INVALID_REQUEST` for a bad cursor */
export function fromCursor(cursor: string): Place {
  const [, createdAtMs, id] = /^(\d{1,16})\.(\w{1,64})$/.exec(cursor) ?? []
  if (createdAtMs !== undefined && id !== undefined) return { createdAtMs: Number(createdAtMs), id }
  throw new LatchdError('INVALID_REQUEST', `Cannot go on after ${cursor}: it is no nextCursor`, {
    errors: [{ pointer: '/after', detail: 'the nextCursor of an earlier page is expected' }],
  })
}
