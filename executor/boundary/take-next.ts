/**
 * An operation beside those of `executor/guest/host/host-operations.ts`, for engines whose programs
 * wait by themselves. It blocks until any delivery is here, and returns the delivery's number, a
 * space and its text. Nothing to wait for is a deadlock.
 */
export const TAKE_NEXT = 64
