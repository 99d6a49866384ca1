/** Requests for executions and their records: the shapes behind HTTP, SDK and store. */

import { z } from 'zod'
import { ClientTools } from '../connect/client-tool.ts'
import { executionErrorCodes } from '../errors.ts'
import { type LimitName, type LimitOverrides, limitNames, limitTable } from '../limits.ts'
import { consoleLevels } from './console-levels.ts'
import { TimeZone } from './time-zone.ts'

/** Input properties are plain JSON values; their exact kinds travel as `encodedInputs`. */
const Json = z.unknown()

const limitShape = {} as Record<LimitName, z.ZodOptional<z.ZodNumber>>
for (const name of limitNames) {
  const { floor, ceiling, note, unit, default: byDefault } = limitTable[name]
  limitShape[name] = z
    .int()
    .min(floor)
    .max(ceiling)
    .optional()
    .describe(`${note} (${unit}; default ${byDefault}, at most ${ceiling})`)
}

/** Limits that a request lowers or raises, each up to its ceiling. */
export const RequestedLimits = z.strictObject(limitShape).meta({ id: 'RequestedLimits' })
export type RequestedLimits = LimitOverrides

/** The language of a source. */
export const Language = z.enum(['javascript', 'typescript', 'python'])
export type Language = z.infer<typeof Language>

/** `error`: a program with diagnostics does not run. `warn`: it runs, and they are reported. */
export const Typecheck = z.enum(['off', 'warn', 'error'])
export type Typecheck = z.infer<typeof Typecheck>

/** Longest time that one answer is held back while an execution goes on. */
export const MAX_WAIT_MS = 300_000
/** How long `POST /v1/execute` waits by default: proxies cut at 60 s. */
export const DEFAULT_WAIT_MS = 30_000

/** The body of `POST /v1/execute` and `POST /v1/executions`. */
export const ExecuteBody = z
  .strictObject({
    source: z.string().describe('The program: a script body in JavaScript or TypeScript'),
    language: Language.default('javascript'),
    timeZone: TimeZone.optional(),
    typecheck: Typecheck.optional().describe(
      'Checks the program against the declarations of its tools before it runs: `warn` tells what is wrong, `error` runs nothing that has a fault or cannot be checked; off by default',
    ),
    tools: z
      .array(z.string())
      .optional()
      .describe('Names of the tools that the guest may see; all of the caller by default'),
    clientTools: ClientTools.optional().describe(
      'Tools that the client itself runs, beside those that `tools` names; of the same name they go first',
    ),
    inputs: z
      .record(z.string(), Json)
      .optional()
      .describe('Values that the guest finds in `inputs` and as globals'),
    encodedInputs: z
      .string()
      .optional()
      .describe(
        "The inputs in devalue's format, for values that JSON cannot write; instead of `inputs`",
      ),
    sessionId: z.string().optional().describe('Runs in this session, on what it has kept'),
    queue: z
      .boolean()
      .optional()
      .describe('Waits for its turn in a busy session, instead of 409 `SESSION_BUSY`'),
    durable: z
      .boolean()
      .optional()
      .describe('On disk before it is answered, so that it survives the daemon'),
    webhook: z
      .strictObject({ url: z.url({ protocol: /^https?$/ }) })
      .optional()
      .describe('Where `approval-requested` and `execution-ended` are posted'),
    limits: RequestedLimits.optional(),
    waitMs: z
      .int()
      .min(0)
      .max(MAX_WAIT_MS)
      .default(DEFAULT_WAIT_MS)
      .describe('How long to wait for the end before answering 202'),
    metadata: z
      .record(z.string(), Json)
      .optional()
      .describe('Kept with the execution and handed to tools as `context.metadata`'),
  })
  .meta({ id: 'ExecuteBody' })
export type ExecuteBody = z.infer<typeof ExecuteBody>
/** {@link ExecuteBody} as a caller writes it: fields with defaults may be absent. */
export type ExecuteBodyInput = z.input<typeof ExecuteBody>

/** All statuses of executions. */
export const executionStatuses = [
  'queued',
  'running',
  /** Parked until a person decides or an instant comes. */
  'waiting',
  'completed',
  'failed',
  'cancelled',
  /** It cannot be replayed as it stands; it stays until a caller retries it. */
  'stuck',
] as const
/** One of {@link executionStatuses}. */
export const ExecutionStatus = z.enum(executionStatuses)
export type ExecutionStatus = z.infer<typeof ExecutionStatus>

/** The value of a program, in three forms. */
export const Output = z
  .strictObject({
    value: Json.describe('The plain JSON form'),
    text: z.string().describe('The form that an inspection prints'),
    exact: z.boolean().describe('Whether `value` loses nothing'),
    encoded: z.string().optional().describe("When it does: the exact value in devalue's format"),
  })
  .meta({ id: 'Output' })
export type Output = z.infer<typeof Output>

/** Why an execution has no output. Coordinates are those of the source as sent, from 1. */
export const ExecutionError = z
  .strictObject({
    code: z.enum(executionErrorCodes),
    name: z.string(),
    message: z.string(),
    line: z.int().positive().optional(),
    column: z.int().positive().optional(),
    frame: z.string().optional().describe('The line at fault with its neighbours and a caret'),
    stack: z.string().optional().describe("The guest's frames only"),
    limit: z.enum(limitNames as [LimitName, ...LimitName[]]).optional(),
    hint: z.string().optional().describe('One sentence that helps a model to repair its program'),
  })
  .meta({ id: 'ExecutionError' })
export type ExecutionError = z.infer<typeof ExecutionError>

/** A finding of the type check; place and code as compilers give them, in the source as sent. */
export const Diagnostic = z
  .strictObject({
    line: z.int().positive(),
    column: z.int().positive(),
    code: z.string().describe('`TS…` of TypeScript; `CHECK_SKIPPED` when nothing could be checked'),
    message: z.string(),
  })
  .meta({ id: 'Diagnostic' })
export type Diagnostic = z.infer<typeof Diagnostic>

/** A remark about a program that ran; codes are stable. */
export const Warning = z
  .strictObject({
    code: z
      .enum(['TOOL_HIDDEN', 'GLOBAL_HIDDEN', 'INPUT_HIDDEN'])
      .describe(
        'What a declaration of a session hides: a tool, or a standard global; or an input whose name one of these has',
      ),
    message: z.string(),
    line: z.int().positive().optional().describe('The line of the source'),
  })
  .meta({ id: 'Warning' })
export type Warning = z.infer<typeof Warning>

/** The `console` method that wrote a line. */
export const LogLevel = z.enum(consoleLevels)
export type LogLevel = z.infer<typeof LogLevel>

/** One console line of the guest; `atMs` is the guest's clock, in epoch milliseconds. */
export const LogLine = z
  .strictObject({ level: LogLevel, text: z.string(), atMs: z.number() })
  .meta({ id: 'LogLine' })
export type LogLine = z.infer<typeof LogLine>

/** `rejected`: a person said no, or did not decide in time. `unknown`: it may have run. */
export const CallStatus = z.enum([
  'pending',
  'completed',
  'failed',
  'rejected',
  'cancelled',
  'unknown',
])
export type CallStatus = z.infer<typeof CallStatus>

/** The error of a call; `code` is absent when the error has none. */
export const CallError = z.strictObject({
  name: z.string(),
  message: z.string(),
  code: z.string().optional(),
})
export type CallError = z.infer<typeof CallError>

/** One call of a tool. */
export const CallRecord = z
  .strictObject({
    callId: z.string(),
    tool: z.string(),
    status: CallStatus,
    startedAtMs: z.number(),
    durationMs: z.number().nonnegative().optional(),
    error: CallError.optional(),
    inputText: z
      .string()
      .optional()
      .describe('Its input for people: at most 1 024 characters, 64 Ki of all calls, no secrets'),
    outputText: z.string().optional().describe('What it gave, in the same way; not of a stream'),
    progress: z.unknown().optional().describe('What its tool has last told of it; while it lasts'),
  })
  .meta({ id: 'CallRecord' })
export type CallRecord = z.infer<typeof CallRecord>

/** The resources that an execution has used so far. */
export const Usage = z
  .strictObject({
    cpuMs: z.number().nonnegative().describe('time the guest ran'),
    wallMs: z.number().nonnegative().describe('time since acceptance'),
    waitMs: z.number().nonnegative().describe('time the guest waited for tools and timers'),
    calls: z.int().nonnegative(),
    callsByTool: z
      .record(z.string(), z.int().positive())
      .optional()
      .describe(
        'the calls by the name of the tool; absent in records of versions that did not count',
      ),
    peakMemoryBytes: z.int().nonnegative(),
    resumes: z.int().nonnegative(),
  })
  .meta({ id: 'Usage' })
export type Usage = z.infer<typeof Usage>

/** A call that a waiting execution waits for. */
export const WaitingFor = z
  .strictObject({
    callId: z.string(),
    tool: z.string(),
    approvalId: z.string().optional().describe('Absent for a call that waits for an instant'),
  })
  .meta({ id: 'WaitingFor' })
export type WaitingFor = z.infer<typeof WaitingFor>

/** A file that a program gave out. */
export const EmittedFile = z
  .strictObject({
    fileId: z.string(),
    name: z.string().describe('A label, without path'),
    type: z.string().describe('MIME type; empty when it is not known'),
    size: z.int().nonnegative().describe('In bytes'),
  })
  .meta({ id: 'EmittedFile' })
export type EmittedFile = z.infer<typeof EmittedFile>

const executionFields = {
  executionId: z.string(),
  sourceLine: z
    .string()
    .optional()
    .describe('The first line of its source, at most 120 characters'),
  diagnostics: z
    .array(Diagnostic)
    .optional()
    .describe('What the type check found, at most 20; absent when nothing was found or checked'),
  warnings: z
    .array(Warning)
    .optional()
    .describe(
      'What the program should know, at most 20; absent for nothing, and until it waits or ends',
    ),
  logs: z.array(LogLine),
  logsTruncatedBytes: z.int().nonnegative(),
  calls: z.array(CallRecord),
  files: z
    .array(EmittedFile)
    .optional()
    .describe('What the program gave out, each once; absent for nothing'),
  usage: Usage,
  createdAtMs: z.number(),
  startedAtMs: z.number().optional(),
  sessionId: z.string().optional(),
  metadata: z.record(z.string(), Json).optional(),
}
const endedAtMs = z.number()

/** An execution as it stands. */
export const Execution = z
  .discriminatedUnion('status', [
    z.strictObject({ status: z.enum(['queued', 'running']), ...executionFields }),
    z.strictObject({
      status: z.literal('waiting'),
      waitingFor: z.array(WaitingFor),
      ...executionFields,
    }),
    z.strictObject({ status: z.literal('stuck'), error: ExecutionError, ...executionFields }),
    z.strictObject({
      status: z.literal('completed'),
      output: Output,
      isFinalAnswer: z.boolean(),
      endedAtMs,
      ...executionFields,
    }),
    z.strictObject({
      status: z.enum(['failed', 'cancelled']),
      error: ExecutionError,
      endedAtMs,
      ...executionFields,
    }),
  ])
  .meta({ id: 'Execution' })
export type Execution = z.infer<typeof Execution>
/** An execution that is completed, failed or cancelled. */
export type EndedExecution = Extract<Execution, { endedAtMs: number }>

/** The source of an execution; not part of {@link Execution}, since it may be long. */
export const ExecutionSource = z
  .strictObject({ executionId: z.string(), source: z.string(), language: Language })
  .meta({ id: 'ExecutionSource' })
export type ExecutionSource = z.infer<typeof ExecutionSource>
