/** Bounds of the calls of one configured source of tools. */

import { z } from 'zod'

/** Calls of one source at once when its setting says nothing. */
export const DEFAULT_CONCURRENT_CALLS = 16
const MAX_CONCURRENT_CALLS = 256
/** 30 days, as the longest `callMs`. */
const MAX_TIMEOUT_MS = 30 * 86_400_000

/** The bounds as they are written. */
export const callBounds = {
  timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS).optional(),
  maxConcurrentCalls: z.int().min(1).max(MAX_CONCURRENT_CALLS).optional(),
}

/** The expected form of each, for messages. */
export const callBoundTexts = {
  timeoutMs: `a whole number from 1 to ${MAX_TIMEOUT_MS}`,
  maxConcurrentCalls: `a whole number from 1 to ${MAX_CONCURRENT_CALLS}`,
}
