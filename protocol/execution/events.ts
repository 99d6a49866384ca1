/** The events of an execution, as its event stream sends them. */

import { z } from 'zod'
import { Approval } from '../approval.ts'
import {
  CallError,
  CallRecord,
  Diagnostic,
  EmittedFile,
  Execution,
  ExecutionError,
  LogLine,
  WaitingFor,
  Warning,
} from './execution.ts'

const base = { executionId: z.string(), atMs: z.number() }
/** Position of an event in its execution's stream, dense, from 1: the `id` of server-sent events. */
const sequence = z.int().positive()

/** An event of an execution; `type` is also the name of the server-sent event. */
export const ExecutionEvent = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('execution-started'),
      sequence,
      ...base,
      diagnostics: z.array(Diagnostic).optional(),
    }),
    z.strictObject({ type: z.literal('log-written'), sequence, ...base, log: LogLine }),
    z.strictObject({ type: z.literal('call-started'), sequence, ...base, call: CallRecord }),
    z.strictObject({
      type: z.literal('call-progressed'),
      ...base,
      callId: z.string(),
      tool: z.string(),
      progress: z.unknown(),
    }),
    z.strictObject({
      type: z.literal('call-completed'),
      sequence,
      ...base,
      call: CallRecord,
      error: CallError.optional(),
    }),
    z.strictObject({ type: z.literal('file-emitted'), sequence, ...base, file: EmittedFile }),
    z.strictObject({
      type: z.literal('approval-requested'),
      sequence,
      ...base,
      approval: Approval,
    }),
    z.strictObject({ type: z.literal('approval-decided'), sequence, ...base, approval: Approval }),
    z.strictObject({
      type: z.literal('execution-parked'),
      sequence,
      ...base,
      waitingFor: z.array(WaitingFor),
      warnings: z.array(Warning).optional(),
    }),
    z.strictObject({ type: z.literal('execution-resumed'), sequence, ...base }),
    z.strictObject({
      type: z.literal('execution-stuck'),
      sequence,
      ...base,
      error: ExecutionError,
    }),
    z.strictObject({ type: z.literal('execution-ended'), sequence, ...base, execution: Execution }),
  ])
  .meta({ id: 'ExecutionEvent' })
export type ExecutionEvent = z.infer<typeof ExecutionEvent>
/** The `type` of an event. */
export type EventType = ExecutionEvent['type']

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
/** An event before it has its place in the stream. */
export type UnplacedEvent = DistributiveOmit<ExecutionEvent, 'sequence' | 'executionId'>
