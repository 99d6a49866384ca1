/**
 * What the daemon reads from its workers' process. A program that has escaped may write there, so
 * each message is held against its shape. One that does not fit ends the run that it is about, or the
 * process when it does not even say that.
 */

import { z } from 'zod'
import { ExecutionError, LogLine, Warning } from '../../protocol/execution.ts'
import { isNestedTooDeep } from '../../protocol/nesting.ts'
import type { GuestMessage } from '../messages.ts'
import type { FromChild, SentReport } from './wire.ts'

const Count = z.int().nonnegative()
const Ms = z.number()

const CompiledProgram = z.strictObject({ code: z.string(), map: z.string() })

const Message = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('call'),
    id: Count,
    /** As `tool-index.ts` says: below zero where all of the answer is wanted. */
    tool: z.int(),
    input: z.string(),
    isBlocking: z.boolean(),
    atMs: Ms,
  }),
  z.strictObject({ kind: z.literal('next-item'), id: Count, stream: Count }),
  z.strictObject({ kind: z.literal('close-stream'), id: Count, stream: Count }),
  z.strictObject({ kind: z.literal('start-timer'), id: Count, delayMs: Ms, atMs: Ms }),
  z.strictObject({ kind: z.literal('clear-timer'), id: Count }),
  z.strictObject({
    kind: z.literal('reopen-stream'),
    id: Count,
    /** As `tool-index.ts` says: below zero where all of the answer is wanted. */
    tool: z.int(),
    input: z.string(),
  }),
  z.strictObject({ kind: z.literal('load-text'), id: Count, roomBytes: Count }),
  z.strictObject({ kind: z.literal('logs'), lines: z.array(LogLine) }),
  z.strictObject({ kind: z.literal('compiled'), program: CompiledProgram }),
])

const Output = z.strictObject({
  json: z.string().refine(isJson, 'JSON is expected'),
  text: z.string(),
  exact: z.boolean(),
  encoded: z.string().optional(),
})

const Outcome = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('completed'),
    output: Output,
    isFinalAnswer: z.boolean(),
  }),
  z.strictObject({ status: z.literal('failed'), error: ExecutionError }),
  z.strictObject({ status: z.literal('stopped') }),
  z.strictObject({ status: z.literal('parked'), awaited: Count.optional(), received: Count }),
  z.strictObject({ status: z.literal('halted'), request: z.string() }),
  z.strictObject({ status: z.literal('diverged'), error: ExecutionError }),
])

const Shadow = z.strictObject({
  asked: Count,
  unanswered: z.array(z.tuple([Count, z.string()])),
  place: ExecutionError.pick({ line: true, column: true, frame: true, stack: true }).optional(),
})

const Report = z.strictObject({
  outcome: Outcome,
  logs: z.array(LogLine),
  logsTruncatedBytes: Count,
  cpuMs: Ms,
  waitMs: Ms,
  peakMemoryBytes: Count,
  warnings: z.array(Warning).optional(),
  snapshot: z.string().optional(),
  shadow: Shadow.optional(),
})

const Statistics = z.strictObject({
  executions: Count,
  rewound: Count,
  made: Count,
  spares: Count,
})

const FromChildShape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('message'), run: Count, message: z.unknown() }),
  z.strictObject({ kind: z.literal('report'), run: Count, report: z.unknown() }),
  z.strictObject({ kind: z.literal('lost'), run: Count, reason: z.string() }),
  z.strictObject({
    kind: z.literal('pulse'),
    guests: z.array(z.tuple([Count, z.boolean(), z.int()])),
  }),
  z.strictObject({ kind: z.literal('answer'), id: Count, workers: z.array(Statistics) }),
])

/**
 * Reads a message as far as it says which run it is about.
 *
 * @throws {Error} for what no process of ours sends
 */
export function readChildMessage(message: unknown): UnreadFromChild {
  return read(FromChildShape, message) as UnreadFromChild
}

/** @throws {Error} for what no guest of ours sends */
export function readGuestMessage(message: unknown): GuestMessage {
  return read(Message, message) as GuestMessage
}

/** @throws {Error} for what no worker of ours reports */
export function readReport(report: unknown): SentReport {
  return read(Report, report) as SentReport
}

/** A message whose guest has not been asked yet what it means. */
export type UnreadFromChild =
  | Exclude<FromChild, { kind: 'message' | 'report' }>
  | { readonly kind: 'message'; readonly run: number; readonly message: unknown }
  | { readonly kind: 'report'; readonly run: number; readonly report: unknown }

function read(shape: z.ZodType, value: unknown): unknown {
  const result = shape.safeParse(value)
  if (result.success) return result.data
  throw new Error(`a message of unknown shape: ${z.prettifyError(result.error).slice(0, 500)}`)
}

function isJson(text: string): boolean {
  if (isNestedTooDeep(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
