/**
 * The frames between two daemons: JSON texts, one object each. Both ends send all of them.
 *
 * A `request` gets an `answer` or a `refusal` of the same `id`. All others are said once, and nothing
 * depends on one of them: what they report stands in the database too, where a daemon looks at intervals.
 */

import { z } from 'zod'
import { ClientFrame, DaemonFrame, SettleBody } from '../../protocol/connect/connect.ts'
import { ExecutionEvent } from '../../protocol/execution/events.ts'
import { ExecutionStatus } from '../../protocol/execution/execution.ts'

const Name = z.string().max(256)
const executionId = z.string().min(1).max(64)
const Caller = z.strictObject({ name: Name, seesAll: z.boolean() })
const Place = z.strictObject({ createdAtMs: z.number(), id: z.string().max(64) })
/** The client that a frame is about. */
const client = { owner: Name, clientId: Name }

/** What a daemon asks another one. */
export const PeerRequest = z.discriminatedUnion('kind', [
  /** An execution in its memory alone. */
  z.strictObject({ kind: z.literal('get'), executionId }),
  /** An execution in its memory, durable or not, as it stands. */
  z.strictObject({ kind: z.literal('live'), executionId }),
  z.strictObject({ kind: z.literal('source'), executionId }),
  z.strictObject({ kind: z.literal('events'), executionId, after: z.int().nonnegative() }),
  z.strictObject({ kind: z.literal('cancel'), executionId, caller: Caller }),
  z.strictObject({ kind: z.literal('remove'), executionId, caller: Caller }),
  /** A page of those in its memory alone. */
  z.strictObject({
    kind: z.literal('list'),
    owner: Name.optional(),
    status: ExecutionStatus.optional(),
    parentIds: z.array(executionId).max(1000).optional(),
    after: Place.optional(),
    limit: z.int().positive(),
  }),
  /** Watches an execution's events from now on; the answer is the place of the last one. */
  z.strictObject({ kind: z.literal('watch'), executionId }),
  /** The events of all executions of an owner from now on; without one, of all owners. */
  z.strictObject({ kind: z.literal('watch-owner'), watchId: z.int(), owner: Name.optional() }),
  /** The answer of a client to a call that this daemon has made. */
  z.strictObject({ kind: z.literal('settle'), id: Name, owner: Name, body: SettleBody }),
])
export type PeerRequest = z.infer<typeof PeerRequest>

/** A frame between daemons. */
export const PeerFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('heartbeat') }),
  z.strictObject({ type: z.literal('request'), id: z.int(), of: PeerRequest }),
  z.strictObject({ type: z.literal('answer'), id: z.int(), value: z.unknown() }),
  z.strictObject({
    type: z.literal('refusal'),
    id: z.int(),
    code: z.string(),
    message: z.string(),
  }),
  /** `due`: an execution can be claimed. `news`: one was decided or cancelled. */
  z.strictObject({ type: z.literal('poke'), what: z.enum(['due', 'news']) }),
  z.strictObject({ type: z.literal('session-freed'), sessionId: Name }),
  z.strictObject({ type: z.literal('unwatch'), executionId }),
  z.strictObject({ type: z.literal('unwatch-owner'), watchId: z.int() }),
  /** An event of a `watch`; with `watchId` one of a `watch-owner`. */
  z.strictObject({
    type: z.literal('event'),
    event: ExecutionEvent,
    watchId: z.int().optional(),
  }),
  /** A client is connected to the sender. */
  z.strictObject({ type: z.literal('client-here'), ...client }),
  /** A client of the receiver is connected to the sender now. */
  z.strictObject({ type: z.literal('client-moved'), ...client }),
  /** The sender wants to call tools of a client of the receiver … */
  z.strictObject({ type: z.literal('client-want'), ...client }),
  /** … and no more. */
  z.strictObject({ type: z.literal('client-unwant'), ...client }),
  /** The client of a `client-want` is connected, as this process of it. */
  z.strictObject({
    type: z.literal('client-hello'),
    ...client,
    instanceId: z.string(),
    /** The token that the client has shown. */
    shownToken: z.string().optional(),
    /** The token that it has now. */
    resumeToken: z.string(),
    held: z.array(z.strictObject({ id: z.string(), key: z.string() })),
  }),
  /** The client is not connected any more, or was not. */
  z.strictObject({ type: z.literal('client-gone'), ...client }),
  z.strictObject({ type: z.literal('from-client'), ...client, frame: ClientFrame }),
  z.strictObject({ type: z.literal('to-client'), ...client, frame: DaemonFrame }),
])
export type PeerFrame = z.infer<typeof PeerFrame>

/** A frame of one type. */
export type PeerFrameOf<Type extends PeerFrame['type']> = Extract<PeerFrame, { type: Type }>
