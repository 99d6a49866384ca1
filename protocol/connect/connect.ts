/**
 * The frames of `GET /v1/connect`: JSON texts, one object each.
 *
 * A client sends `hello`, and the daemon answers `welcome`. From then on the daemon asks with
 * `call` frames, each with one request: to run a tool, to return a stream's next item, to close a
 * stream, or to decide whether a call needs a person. A request is known by its `id`, which is the
 * same however often and over however many connections it is sent, and by its `key`, which is new
 * when the daemon asks the same thing again after it had been answered:
 *
 *     daemon                    client
 *     call  ───────────────▶    (new: runs it; known: says what it has)
 *           ◀───────────────    ack
 *           ◀───────────────    progress …
 *           ◀───────────────    settle
 *     settle-ack ──────────▶    (forgets the answer)
 *     cancel ──────────────▶    (aborts its signal)
 *           ◀───────────────    cancelled
 *
 * A frame without an acknowledgement is sent again after `RESEND_MS`, and after a reconnection; the
 * receiver drops repetitions. A `settle` is acknowledged when the answer cannot be lost any more.
 */

import { z } from 'zod'
import type { ShapeOf } from '../base/shape-of.ts'
import type { ThrownText } from '../values/value-format.ts'
import { ClientId, ClientToolList } from './client-tool.ts'

const Id = z.string().min(1).max(256)

/** A value in the codec of `protocol/values/values.ts`: any kind crosses exactly. */
const EncodedValue = z.string().min(1)

/** The error of a call; its `details` do not travel. */
const WireError = z.strictObject({
  name: z.string(),
  message: z.string(),
  code: z.string().optional(),
  tool: z.string().optional(),
  hint: z.string().optional(),
} satisfies ShapeOf<Omit<ThrownText, 'details'>>)

/** How a request of the daemon ended. */
export const Settlement = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('value'), value: EncodedValue }),
    /** The tool yields: its items are requested one by one. */
    z.strictObject({ kind: z.literal('stream') }),
    /** The stream has no further item. */
    z.strictObject({ kind: z.literal('end') }),
    z.strictObject({ kind: z.literal('thrown'), thrown: WireError }),
  ])
  .meta({ id: 'Settlement' })
export type Settlement = z.infer<typeof Settlement>

/** A request that a client holds: a running or answered call, or an open stream. */
const Held = z.strictObject({ id: Id, key: z.string() })

const Serving = z.strictObject({ serveId: Id, tools: ClientToolList })

/** A frame from a client. */
export const ClientFrame = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('hello'),
      version: z.int(),
      clientId: ClientId,
      /** New in each process. */
      instanceId: Id,
      /** Of the welcome before: proves that the process is the same. */
      resumeToken: z.string().optional(),
      held: z.array(Held),
      serving: z.array(Serving),
    }),
    z.strictObject({ type: z.literal('ack'), id: Id, key: z.string() }),
    z.strictObject({ type: z.literal('progress'), id: Id, progress: z.unknown() }),
    z.strictObject({
      type: z.literal('settle'),
      id: Id,
      key: z.string(),
      settlement: Settlement,
    }),
    z.strictObject({ type: z.literal('cancelled'), id: Id }),
    Serving.extend({ type: z.literal('serve') }),
    z.strictObject({ type: z.literal('unserve'), serveId: Id }),
    /** No further calls, please. */
    z.strictObject({ type: z.literal('drain') }),
    /** The client does not come back soon: its served tools are gone. */
    z.strictObject({ type: z.literal('goodbye') }),
    z.strictObject({ type: z.literal('heartbeat') }),
  ])
  .meta({ id: 'ClientFrame' })
export type ClientFrame = z.infer<typeof ClientFrame>

/** The context of a call, for the tool. */
const CallContext = z.strictObject({
  executionId: z.string(),
  sessionId: z.string().optional(),
  caller: z.string(),
  metadata: z.record(z.string(), z.unknown()),
  idempotencyKey: z.string(),
  /** The instant at which the daemon gives the call up, by its own clock; absent: none. */
  deadlineMs: z.number().optional(),
  /** The place of the execution in a trace (W3C Trace Context); absent without one. */
  traceparent: z.string().optional(),
})

const askFields = {
  type: z.literal('call'),
  id: Id,
  key: z.string(),
  callId: z.string(),
  tool: z.string(),
  /** As in {@link ClientTools}; absent for served tools. */
  setId: z.string().optional(),
}

/** One request to a client. */
export const AskFrame = z.discriminatedUnion('kind', [
  z.strictObject({
    ...askFields,
    kind: z.literal('execute'),
    input: EncodedValue,
    context: CallContext,
    /** Whether an earlier process may have begun it: then the tool's `probe` runs first. */
    isRepeat: z.boolean(),
    /** Whether all of the tool's answer is wanted, a `RawResult`, and not its value alone. */
    isRaw: z.literal(true).optional(),
  }),
  z.strictObject({
    ...askFields,
    kind: z.literal('needs-approval'),
    input: EncodedValue,
    context: CallContext,
  }),
  z.strictObject({ ...askFields, kind: z.literal('next-item'), item: z.int().positive() }),
  z.strictObject({ ...askFields, kind: z.literal('close-stream') }),
])
export type AskFrame = z.infer<typeof AskFrame>

/** A frame from a daemon. */
export const DaemonFrame = z
  .union([
    AskFrame,
    z.discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('welcome'),
        version: z.int(),
        /** New in each process: another process has none of this one's requests. */
        daemonId: z.string(),
        resumeToken: z.string(),
        heartbeatMs: z.number(),
        /** After this long without a frame an end takes the other end for lost. */
        leaseMs: z.number(),
        maxCallsInFlight: z.int(),
        maxFrameBytes: z.int(),
      }),
      z.strictObject({ type: z.literal('cancel'), id: Id, reason: z.string() }),
      z.strictObject({ type: z.literal('settle-ack'), ids: z.array(Id) }),
      z.strictObject({ type: z.literal('served'), serveId: Id }),
      z.strictObject({
        type: z.literal('serve-refused'),
        serveId: Id,
        code: z.string(),
        message: z.string(),
      }),
      /** How many executions under way have tools of this client. */
      z.strictObject({ type: z.literal('needed'), executions: z.int().nonnegative() }),
      z.strictObject({ type: z.literal('drain') }),
      z.strictObject({ type: z.literal('goodbye'), reason: z.string() }),
      z.strictObject({ type: z.literal('heartbeat') }),
    ]),
  ])
  .meta({ id: 'DaemonFrame' })
export type DaemonFrame = z.infer<typeof DaemonFrame>

/** The body of `POST /v1/calls/{callId}/settle`. */
export const SettleBody = z
  .strictObject({
    clientId: ClientId,
    resumeToken: z.string().describe("Of the client's last welcome"),
    key: z.string().describe("The ask's, as the call frame said it"),
    settlement: Settlement,
  })
  .meta({ id: 'SettleBody' })
export type SettleBody = z.infer<typeof SettleBody>
