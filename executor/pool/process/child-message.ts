/**
 * Reads a message from the workers' process, as far as it says which run it is about.
 *
 * A program that has escaped may write there, so each message is checked against its shape.
 * `executor/pool/message-reader.ts` reads the part about the run. A message that does not fit, or
 * that does not prove its sender, ends the process.
 */

import { z } from 'zod'
import type { Accepting, ShapeOf } from '../../../protocol/base/shape-of.ts'
import type { WorkerStatistics } from '../../boundary/worker-statistics.ts'
import { OF_PROCESS, type Proofs } from './proofs.ts'
import type { FromChild, Proved } from './wire.ts'

const Count = z.int().nonnegative()

const Statistics = z.strictObject({
  executions: Count,
  rewound: Count,
  made: Count,
  standbyGuests: Count,
} satisfies ShapeOf<WorkerStatistics>)

const proof = z.string()

type Message<Kind extends UnreadFromChild['kind']> = ShapeOf<
  Proved<Extract<UnreadFromChild, { kind: Kind }>>
>

const shape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready'), proof } satisfies Message<'ready'>),
  z.strictObject({
    kind: z.literal('message'),
    run: Count,
    message: z.unknown(),
    proof,
  } satisfies Message<'message'>),
  z.strictObject({
    kind: z.literal('report'),
    run: Count,
    report: z.unknown(),
    proof,
  } satisfies Message<'report'>),
  z.strictObject({
    kind: z.literal('lost'),
    run: Count,
    reason: z.string(),
    hasBegun: z.boolean(),
    proof,
  } satisfies Message<'lost'>),
  z.strictObject({
    kind: z.literal('heartbeat'),
    guests: z.array(z.tuple([Count, z.boolean(), z.int()])),
    proof,
  } satisfies Message<'heartbeat'>),
  z.strictObject({
    kind: z.literal('answer'),
    id: Count,
    workers: z.array(Statistics),
    proof,
  } satisfies Message<'answer'>),
])
const FromChildShape: Accepting<Proved<UnreadFromChild>, typeof shape> = shape

/**
 * Reads a message as far as it says which run it is about.
 *
 * @throws {Error} for a message that no process of ours sends, and for one without its proof
 */
export function readChildMessage(message: unknown, proofs: Proofs): UnreadFromChild {
  const result = FromChildShape.safeParse(message)
  if (!result.success) {
    const why = z.prettifyError(result.error).slice(0, 500)
    throw new Error(`a message of unknown shape: ${why}`)
  }
  const { proof, ...read } = result.data
  const run = 'run' in read ? read.run : OF_PROCESS
  if (!proofs.isOf(run, proof)) throw new Error(`a message of run ${run} without its proof`)
  return read
}

/** A message whose content about its run is not checked yet. */
export type UnreadFromChild =
  | Exclude<FromChild, { kind: 'message' | 'report' }>
  | { readonly kind: 'message'; readonly run: number; readonly message: unknown }
  | { readonly kind: 'report'; readonly run: number; readonly report: unknown }
