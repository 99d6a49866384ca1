/** Replays: an execution runs again from its journal, for a reader of its past. */

import { z } from 'zod'
import { CallRecord, ExecutionError, LogLine, Output } from './execution.ts'

/** The body of `POST /v1/executions/{id}/replay`. */
export const ReplayBody = z
  .strictObject({
    untilCall: z
      .int()
      .positive()
      .optional()
      .describe(
        'Ends at the call with this number, the last part of its `callId`, once it is made',
      ),
  })
  .meta({ id: 'ReplayBody' })
export type ReplayBody = z.infer<typeof ReplayBody>

/** Where the program stood, in coordinates of its source. */
const Place = ExecutionError.pick({ line: true, column: true, frame: true, stack: true })

/** A variable of a program that has come to a call. */
export const Variable = z
  .strictObject({
    name: z.string(),
    text: z
      .string()
      .exactOptional()
      .describe('Its value as the console prints it, cut when long; absent before it has one'),
  })
  .meta({ id: 'Variable' })
export type Variable = z.infer<typeof Variable>

/** How a program ended. */
const End = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('completed'), output: Output }),
  z.strictObject({ status: z.literal('failed'), error: ExecutionError }),
])

const replayFields = {
  executionId: z.string(),
  logs: z.array(LogLine).describe('All console lines, from the first'),
  calls: z
    .array(CallRecord)
    .describe('The calls that it made up to here, each as it had become when it was made'),
  place: Place.optional().describe('Absent when it ended in no call'),
  variables: z
    .array(Variable)
    .optional()
    .describe(
      'Those of the innermost function at the call that it was to end at: its own, and the outer ones that it uses; absent where the engine cannot say',
    ),
}

/** The result of a replay. */
export const Replay = z
  .discriminatedUnion('result', [
    z
      .strictObject({
        result: z.literal('same'),
        reached: z.enum(['completed', 'failed', 'waiting']),
        ...replayFields,
      })
      .describe('It takes the path that is in its journal, and ends as it ended'),
    z
      .strictObject({ result: z.literal('differs'), before: End, now: End, ...replayFields })
      .describe('It takes that path, and ends in another way'),
    z
      .strictObject({ result: z.literal('diverged'), error: ExecutionError, ...replayFields })
      .describe('It takes another path; the message names both calls'),
    z
      .strictObject({ result: z.literal('halted'), call: z.string(), ...replayFields })
      .describe('It came to the call that it was to end at'),
  ])
  .meta({ id: 'Replay' })
export type Replay = z.infer<typeof Replay>
/** How a program ended, with its output or its error. */
export type ReplayEnd = z.infer<typeof End>
