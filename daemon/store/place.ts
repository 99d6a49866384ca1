/** Places in lists that go from the newest to the oldest, and the cursors that stand for them. */

import { LatchdError } from '../../protocol/errors.ts'
import type { Place } from './page.ts'

/** Whether `a` comes before `b`: it is newer, or of the same millisecond and has the greater id. */
export function isBefore(a: Place, b: Place): boolean {
  return a.createdAtMs === b.createdAtMs ? a.id > b.id : a.createdAtMs > b.createdAtMs
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
