/** The records of a journal, and the effects of calls. */

import type { ToolAnnotations } from '../../protocol/tool/wire-tool.ts'

/**
 * The effect of a call. A restart decides by it whether a call that was open is made again.
 * `readOnly`: made again. `idempotent`: made again with the same key. `once`: never made again.
 */
export type Effect = 'readOnly' | 'idempotent' | 'once'

/** One record of a journal. Append only: a record never changes. */
export interface JournalRecord {
  /**
   * `intent`: a call that must not be made twice is about to leave.
   * `delivery`: an answer that the guest was given.
   */
  readonly kind: 'intent' | 'delivery'
  /** Number of the call, timer or stream item that the record is about, from 1. */
  readonly callNumber: number
  /** Order of the deliveries, dense from 1; 0 for an intent. */
  readonly position: number
  /** Name of the tool; empty for a timer. */
  readonly tool: string
  /** The request, to be compared on replay: see `executor/boundary/request-fingerprint.ts`. */
  readonly request: string
  readonly effect: Effect
  /** The reply as the guest got it; empty for an intent and for a timer. */
  readonly text: string
  /** Epoch milliseconds of the delivery, to which the guest's clock moved. */
  readonly atMs: number
}

/** The effect of a call, from the annotations of its tool. Without annotations it is `once`. */
export function effectOf({ readOnly, idempotent }: ToolAnnotations): Effect {
  if (readOnly === true) return 'readOnly'
  return idempotent === true ? 'idempotent' : 'once'
}
