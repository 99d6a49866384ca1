/** The configured limits of one token. */

import { z } from 'zod'

const amount = z.int().min(1)

/** The limits of a token; an absent one does not apply. */
export const TokenLimits = z.strictObject({
  maxExecutions: amount
    .optional()
    .describe('executions in memory: queued, running, or waiting for a tool'),
  maxQueued: amount.optional().describe('executions that wait for a worker'),
  requestsPerSecond: amount.optional().describe('requests, as many at once as come in a second'),
  bytesPerSecond: amount
    .optional()
    .describe('bytes of request bodies; a body that is longer is taken, and paid for by waiting'),
  maxBytesInFlight: amount
    .optional()
    .describe('bytes of request bodies that were not answered yet'),
  maxSessionBytes: amount
    .optional()
    .describe('bytes that the states of its sessions take in the store; 8 GiB when absent'),
  maxFilesBytes: amount
    .optional()
    .describe('bytes that its files take, those of its executions too; 8 GiB when absent'),
})
export type TokenLimits = z.infer<typeof TokenLimits>

/** The names of the limits, as they stand in the configuration file. */
export const tokenLimitNames = Object.keys(TokenLimits.shape) as readonly (keyof TokenLimits)[]
