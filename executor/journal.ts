/** The journal of one execution: what its guest is recreated from. */

import type { ToolAnnotations } from '../protocol/tool.ts'
import type { Delivery } from './messages.ts'

/**
 * What a call does to the world, and so what a restart may do with one that was under way.
 * `readOnly`: made again. `idempotent`: made again with the same key. `once`: never made again.
 */
export type Effect = 'readOnly' | 'idempotent' | 'once'

/** One record of a journal. Append only: a record never changes. */
export interface JournalRecord {
  /**
   * `intent`: a call that must not be made twice is about to leave.
   * `delivery`: what the guest was given.
   */
  readonly kind: 'intent' | 'delivery'
  /** Number of the call, timer or stream item that the record is about, from 1. */
  readonly seq: number
  /** Order of the deliveries, dense from 1; 0 for an intent. */
  readonly position: number
  /** Name of the tool; empty for a timer. */
  readonly tool: string
  /** What was asked for, to be compared on replay: see `fingerprint.ts`. */
  readonly request: string
  readonly effect: Effect
  /** The reply as the guest got it; empty for an intent and for a timer. */
  readonly text: string
  /** Epoch milliseconds of the delivery, to which the guest's clock moved. */
  readonly atMs: number
}

/** A delivery with what it answers: what a worker is given to replay. */
export interface JournaledDelivery extends Delivery {
  readonly request: string
}

/** What a call does, from what its tool says of itself; a tool that says nothing promises nothing. */
export function effectOf({ readOnly, idempotent }: ToolAnnotations): Effect {
  if (readOnly === true) return 'readOnly'
  return idempotent === true ? 'idempotent' : 'once'
}

/** The records of one execution, in memory while it is there. */
export class Journal {
  #records: JournalRecord[] = []
  /** What each number was asked for that has been delivered. */
  #requests: string[] = []
  #intents = new Map<number, JournalRecord>()
  #deliveries = 0
  #bytes = 0

  /** @param records of an earlier process: intents, and deliveries in order of their positions */
  constructor(records: readonly JournalRecord[] = []) {
    for (const record of records) this.#add(record)
  }

  get records(): readonly JournalRecord[] {
    return this.#records
  }

  /** How many deliveries there are. */
  get length(): number {
    return this.#deliveries
  }

  /** Characters of all that was delivered. */
  get bytes(): number {
    return this.#bytes
  }

  /** What a delivered number was asked for; `undefined` when nothing was delivered for it. */
  requestOf(seq: number): string | undefined {
    return this.#requests[seq]
  }

  /** The intent of a call that has left, or is about to. */
  intentOf(seq: number): JournalRecord | undefined {
    return this.#intents.get(seq)
  }

  /** How many items of a stream were delivered. */
  itemsOf(stream: number): number {
    const request = `item ${stream}`
    return this.#records.filter(record => record.request === request).length
  }

  intend(seq: number, tool: string, request: string): JournalRecord {
    const atMs = Date.now()
    return this.#add({
      kind: 'intent',
      seq,
      position: 0,
      tool,
      request,
      effect: 'once',
      text: '',
      atMs,
    })
  }

  deliver(
    record: Pick<JournalRecord, 'seq' | 'tool' | 'request' | 'effect' | 'text' | 'atMs'>,
  ): JournalRecord {
    return this.#add({ kind: 'delivery', position: this.#deliveries + 1, ...record })
  }

  /** What a worker is given to bring the guest back. */
  deliveries(): JournaledDelivery[] {
    const deliveries: JournaledDelivery[] = []
    for (const { kind, seq, text, atMs, request } of this.#records) {
      if (kind === 'delivery') deliveries.push({ id: seq, text, atMs, request })
    }
    return deliveries
  }

  #add(record: JournalRecord): JournalRecord {
    this.#records.push(record)
    if (record.kind === 'intent') this.#intents.set(record.seq, record)
    else {
      this.#requests[record.seq] = record.request
      this.#deliveries++
      this.#bytes += record.text.length
    }
    return record
  }
}
