/** The journal of one execution: what its guest is recreated from. */

import { FILE_RANGE, THROWN, type ThrownText } from '../../protocol/values/value-format.ts'
import type { JournalRecord } from '../boundary/journal-record.ts'
import type { JournaledDelivery } from '../boundary/messages.ts'
import { type LongString, mostBytesOf } from '../boundary/string-reply.ts'
import { PIECE_BYTES, SHORT_TEXT_BYTES, TextBudget } from './text-budget.ts'

/** A string that is not in memory: the store has it. */
export interface StoredText {
  /** Its length as UTF-8. */
  readonly bytes: number
  /** The code of the error that the text holds, if it is known. */
  readonly code?: string
}

/** A record as it is read back from a store, which may hold its text back until it is requested. */
export interface ReadRecord extends Omit<JournalRecord, 'text'> {
  readonly text: string | StoredText
}

/** Describes a string that only the store holds. */
export function storedText(text: string): StoredText {
  const bytes = Buffer.byteLength(text)
  const code = thrownCode(text)
  return { bytes, ...(code !== undefined && { code }) }
}

/**
 * The code of the error that a reply holds; `undefined` for other replies and for errors without
 * one.
 */
export function thrownCode(text: string): string | undefined {
  return text[0] === THROWN ? (JSON.parse(text.slice(1)) as ThrownText).code : undefined
}

/** The records of one execution, in memory while it is there. */
export class Journal {
  #records: ReadRecord[] = []
  /** Where the delivery of each number stands among the records. */
  #places: number[] = []
  #intents = new Map<number, ReadRecord>()
  #deliveries = 0
  #bytes = 0
  #heldBytes = 0
  /** Long strings whose text was not needed yet, so that its bytes are not known. */
  #uncounted: LongString[] = []
  /** Characters of those, and the bytes that their texts have at most. */
  #uncountedChars = 0
  #uncountedMost = 0
  /** Calls that had left when an earlier process ended. Whether they ran is unknown. */
  #interrupted = new Set<number>()
  /** How many deliveries an earlier process had made; -1 when there was none. */
  #restoredLength: number

  /**
   * @param records of an earlier process: intents, and deliveries in order of their positions;
   *   absent for a new execution
   */
  constructor(records?: readonly ReadRecord[]) {
    for (const record of records ?? []) this.#add(record)
    this.#restoredLength = records === undefined ? -1 : this.#deliveries
    for (const callNumber of this.#intents.keys()) {
      if (this.requestOf(callNumber) === undefined) this.#interrupted.add(callNumber)
    }
  }

  /** Whether a call had left in an earlier process, so that its outcome is unknown. */
  isInterrupted(callNumber: number): boolean {
    return this.#interrupted.has(callNumber)
  }

  /** Whether the guest still repeats what an earlier process has journaled. */
  get isRepeating(): boolean {
    return this.#deliveries === this.#restoredLength
  }

  get records(): readonly ReadRecord[] {
    return this.#records
  }

  /** How many deliveries there are. */
  get length(): number {
    return this.#deliveries
  }

  /** Whether all that was delivered, and one more reply, are surely no more than a limit, in bytes as UTF-8. */
  isSurelyWithin(limit: number, reply: string | LongString): boolean {
    return this.#bytes + this.#uncountedMost + mostBytesOf(reply) <= limit
  }

  /** Whether all that was delivered is more than a limit, in bytes as UTF-8. */
  isOver(limit: number): boolean {
    if (this.#bytes + this.#uncountedMost <= limit) return false
    this.#countAll()
    return this.#bytes > limit
  }

  /** Bytes of what was delivered and is in memory; of a long string the characters, until it is counted. */
  get heldBytes(): number {
    return this.#heldBytes + this.#uncountedChars
  }

  /**
   * The request that was answered with this number; `undefined` when nothing was delivered for it.
   */
  requestOf(callNumber: number): string | undefined {
    return this.#deliveryOf(callNumber)?.request
  }

  /** The intent of a call that has left, or is about to. */
  intentOf(callNumber: number): ReadRecord | undefined {
    return this.#intents.get(callNumber)
  }

  /**
   * Whether a guest that parked can go on.
   *
   * @param awaited the call that it waits for; absent: any
   */
  canResume(awaited: number | undefined, received: number): boolean {
    return awaited === undefined ? this.length > received : this.requestOf(awaited) !== undefined
  }

  /** How many items of a stream were delivered. */
  itemsOf(stream: number): number {
    const request = `item ${stream}`
    return this.#records.filter(record => record.request === request).length
  }

  intend(callNumber: number, tool: string, request: string, atMs: number): JournalRecord {
    return this.#add({
      kind: 'intent',
      callNumber,
      position: 0,
      tool,
      request,
      effect: 'once',
      text: '',
      atMs,
    })
  }

  /** Adds a delivery. The text of a long string is made when it is first read: most never are. */
  deliver(
    facts: Pick<JournalRecord, 'callNumber' | 'tool' | 'request' | 'effect' | 'atMs'>,
    text: string | LongString,
  ): JournalRecord {
    const place = { kind: 'delivery', position: this.#deliveries + 1 } as const
    if (typeof text === 'string') return this.#add({ ...place, ...facts, text })
    const record = {
      ...place,
      ...facts,
      get text() {
        return text.text
      },
    }
    return this.#add(record, text)
  }

  /**
   * The deliveries from which a worker recreates the guest: all of them, with the texts of one
   * piece.
   *
   * @param budget the bytes of texts that go with them; absent: those of one piece
   */
  deliveries(budget = new TextBudget()): JournaledDelivery[] {
    const deliveries: JournaledDelivery[] = []
    for (const { kind, callNumber, text, atMs, request } of this.#records) {
      if (kind !== 'delivery') continue
      // For bytes of a file that the program has read, the journal has the range alone.
      const isWhole = typeof text === 'string' && text[0] !== FILE_RANGE
      const isSent = isWhole && budget.takes(Buffer.byteLength(text))
      deliveries.push({ callNumber, atMs, request, ...(isSent && { text }) })
    }
    return deliveries
  }

  /**
   * The delivery of a number and those after it, as far as their texts fit into a piece.
   *
   * @param roomBytes the room for the texts after the first
   */
  piece(callNumber: number, roomBytes: number): readonly ReadRecord[] {
    const first = this.#deliveryOf(callNumber)
    if (first === undefined) return []
    const piece = [first]
    const budget = new TextBudget(Math.min(roomBytes, PIECE_BYTES) - bytesOf(first.text))
    for (let i = (this.#places[callNumber] as number) + 1; i < this.#records.length; i++) {
      const record = this.#records[i] as ReadRecord
      if (record.kind !== 'delivery' || bytesOf(record.text) <= SHORT_TEXT_BYTES) continue
      if (!budget.takes(bytesOf(record.text))) break
      piece.push(record)
    }
    return piece
  }

  /** Drops texts that the store has now, except those of one piece. */
  release(stored: readonly JournalRecord[]): void {
    this.#countAll()
    for (const { kind, callNumber } of stored) {
      if (this.#heldBytes <= PIECE_BYTES) return
      const record = kind === 'delivery' ? this.#deliveryOf(callNumber) : undefined
      if (typeof record?.text !== 'string' || bytesOf(record.text) <= SHORT_TEXT_BYTES) continue
      const text = storedText(record.text)
      this.#records[this.#places[callNumber] as number] = { ...record, text }
      this.#heldBytes -= text.bytes
    }
  }

  #deliveryOf(callNumber: number): ReadRecord | undefined {
    const place = this.#places[callNumber]
    return place === undefined ? undefined : this.#records[place]
  }

  #count(text: ReadRecord['text']): void {
    const bytes = bytesOf(text)
    this.#bytes += bytes
    if (typeof text === 'string') this.#heldBytes += bytes
  }

  #postpone(long: LongString): void {
    this.#uncounted.push(long)
    this.#uncountedChars += long.string.length
    this.#uncountedMost += long.mostBytes
  }

  /** Counts the long strings by their texts, which are made for it where they are not there. */
  #countAll(): void {
    for (const { bytes } of this.#uncounted) {
      this.#bytes += bytes
      this.#heldBytes += bytes
    }
    this.#uncounted = []
    this.#uncountedChars = 0
    this.#uncountedMost = 0
  }

  #add<Added extends ReadRecord>(record: Added, long?: LongString): Added {
    this.#records.push(record)
    if (record.kind === 'intent') this.#intents.set(record.callNumber, record)
    else {
      this.#places[record.callNumber] = this.#records.length - 1
      this.#deliveries++
      if (long === undefined) this.#count(record.text)
      else this.#postpone(long)
    }
    return record
  }
}

const bytesOf = (text: ReadRecord['text']) =>
  typeof text === 'string' ? Buffer.byteLength(text) : text.bytes
