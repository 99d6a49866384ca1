/** Sessions: guest state that outlives executions. */

import { z } from 'zod'

/** A session as callers see it; instants in epoch milliseconds. */
export const Session = z
  .strictObject({
    sessionId: z.string(),
    createdAtMs: z.number(),
    lastUsedAtMs: z.number(),
    expiresAtMs: z.number().optional().describe('When it is removed unless it is used before'),
    executions: z.int().nonnegative().describe('Executions that have ended in it'),
    snapshotBytes: z.int().nonnegative().describe('Size of its state at rest'),
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>
