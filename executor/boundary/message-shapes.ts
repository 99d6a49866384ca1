/**
 * The schemas of what a worker sends about one run.
 *
 * The types in `messages.ts` are written by hand, since workers load no schema library. The compiler
 * checks the schemas against them in both directions.
 */

import { z } from 'zod'
import type { Accepting, ShapeOf } from '../../protocol/base/shape-of.ts'
import { ExecutionError, LogLine, Warning } from '../../protocol/execution/execution.ts'
import { Variable } from '../../protocol/execution/replay.ts'
import { fileOperations } from '../files/file-operations.ts'
import { DIGEST_CHARS } from './input-digest.ts'
import type {
  CompiledProgram,
  DryRunReport,
  GuestMessage,
  GuestOutcome,
  GuestOutput,
  GuestPlace,
  GuestReport,
} from './messages.ts'

type Message<Kind extends GuestMessage['kind']> = ShapeOf<Extract<GuestMessage, { kind: Kind }>>
type Outcome<Status extends GuestOutcome['status']> = ShapeOf<
  Extract<GuestOutcome, { status: Status }>
>

const Count = z.int().nonnegative()
/** A request's number, its text, and three texts that earlier versions wrote for it. */
const MAX_REQUEST_TEXTS = 5
const Ms = z.number()
const SpentMs = z.number().nonnegative()

const ProgramShape = z.strictObject({
  code: z.string(),
  map: z.string(),
} satisfies ShapeOf<CompiledProgram>)

const message = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('call'),
    callNumber: Count,
    tool: z.int(),
    input: z.string(),
    inputHash: z.string().length(DIGEST_CHARS).exactOptional(),
    isBlocking: z.boolean(),
    atMs: Ms,
  } satisfies Message<'call'>),
  z.strictObject({
    kind: z.literal('file'),
    callNumber: Count,
    operation: z.enum(fileOperations),
    input: z.string(),
    inputHash: z.string().length(DIGEST_CHARS).exactOptional(),
    atMs: Ms,
  } satisfies Message<'file'>),
  z.strictObject({
    kind: z.literal('next-item'),
    callNumber: Count,
    stream: Count,
  } satisfies Message<'next-item'>),
  z.strictObject({
    kind: z.literal('close-stream'),
    callNumber: Count,
    stream: Count,
  } satisfies Message<'close-stream'>),
  z.strictObject({
    kind: z.literal('start-timer'),
    callNumber: Count,
    delayMs: Ms,
    atMs: Ms,
  } satisfies Message<'start-timer'>),
  z.strictObject({
    kind: z.literal('clear-timer'),
    callNumber: Count,
  } satisfies Message<'clear-timer'>),
  z.strictObject({
    kind: z.literal('reopen-stream'),
    callNumber: Count,
    tool: z.int(),
    input: z.string(),
  } satisfies Message<'reopen-stream'>),
  z.strictObject({
    kind: z.literal('load-text'),
    callNumber: Count,
    roomBytes: Count,
  } satisfies Message<'load-text'>),
  z.strictObject({ kind: z.literal('logs'), lines: z.array(LogLine) } satisfies Message<'logs'>),
  z.strictObject({
    kind: z.literal('compiled'),
    program: ProgramShape,
  } satisfies Message<'compiled'>),
])

const OutputShape = z.strictObject({
  json: z.string(),
  text: z.string(),
  exact: z.boolean(),
  encoded: z.string().exactOptional(),
} satisfies ShapeOf<GuestOutput>)

const { line, column, frame, stack } = ExecutionError.shape
const PlaceShape = z.strictObject({ line, column, frame, stack } satisfies ShapeOf<GuestPlace>)

const OutcomeShape = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('completed'),
    output: OutputShape,
    isFinalAnswer: z.boolean(),
  } satisfies Outcome<'completed'>),
  z.strictObject({
    status: z.literal('failed'),
    error: ExecutionError,
  } satisfies Outcome<'failed'>),
  z.strictObject({
    status: z.literal('stopped'),
    place: PlaceShape.exactOptional(),
  } satisfies Outcome<'stopped'>),
  z.strictObject({
    status: z.literal('parked'),
    awaited: Count.optional(),
    received: Count,
  } satisfies Outcome<'parked'>),
  z.strictObject({ status: z.literal('halted'), request: z.string() } satisfies Outcome<'halted'>),
  z.strictObject({
    status: z.literal('diverged'),
    error: ExecutionError,
  } satisfies Outcome<'diverged'>),
  z.strictObject({ status: z.literal('not-held') } satisfies Outcome<'not-held'>),
])

const DryRunShape = z.strictObject({
  asked: Count,
  unanswered: z.array(
    z.tuple([Count, z.string()], z.string()).refine(texts => texts.length <= MAX_REQUEST_TEXTS),
  ),
  place: PlaceShape.exactOptional(),
  variables: z.array(Variable).exactOptional(),
} satisfies ShapeOf<DryRunReport>)

// The check accepts shared memory too, which its own type leaves out.
const Bytes: z.ZodType<Uint8Array> = z.instanceof(Uint8Array)

const report = z.strictObject({
  outcome: OutcomeShape,
  logs: z.array(LogLine),
  logsTruncatedBytes: Count,
  cpuMs: SpentMs,
  waitMs: SpentMs,
  peakMemoryBytes: Count,
  warnings: z.array(Warning).exactOptional(),
  snapshot: Bytes.exactOptional(),
  leftState: z.uuid().exactOptional(),
  dryRun: DryRunShape.exactOptional(),
} satisfies ShapeOf<GuestReport>)

/** The schema of a {@link GuestMessage}. */
export const GuestMessageShape: Accepting<GuestMessage, typeof message> = message

/** The schema of a {@link GuestReport}. */
export const GuestReportShape: Accepting<GuestReport, typeof report> = report
