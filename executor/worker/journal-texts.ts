/** Texts of a journal that have not come with the task: asked for when the guest takes them. */

import type { Delivery, JournaledDelivery, TextRequest } from '../boundary/messages.ts'
import { textOfReply } from '../boundary/string-reply.ts'
import { PIECE_BYTES } from '../calls/text-budget.ts'

/** The texts of a journal that the host holds back until the worker requests them. */
export class JournalTexts {
  /** Deliveries of the journal whose texts come later, those included that were taken. */
  #unloaded = new Set<number>()
  /** Of those that were not taken: the texts that have come. */
  #come = new Map<number, string>()
  #taken = new Set<number>()
  #bytes = 0

  constructor(journal: readonly JournaledDelivery[]) {
    for (const { callNumber, text } of journal)
      if (text === undefined) this.#unloaded.add(callNumber)
  }

  /** The request for the text of a delivery. */
  request(callNumber: number): TextRequest {
    return { kind: 'load-text', callNumber, roomBytes: Math.max(0, PIECE_BYTES - this.#bytes) }
  }

  /** Takes a delivery that brings such a text; `false` for a new delivery. */
  receive({ callNumber, text }: Delivery): boolean {
    if (!this.#unloaded.has(callNumber)) return false
    if (this.#taken.has(callNumber) || this.#come.has(callNumber)) return true
    const come = textOfReply(text)
    this.#come.set(callNumber, come)
    this.#bytes += Buffer.byteLength(come)
    return true
  }

  /** The text of a delivery that the guest takes; `undefined`: it has not come. */
  take(callNumber: number): string | undefined {
    const text = this.#come.get(callNumber)
    if (text === undefined) return undefined
    this.#come.delete(callNumber)
    this.#taken.add(callNumber)
    this.#bytes -= Buffer.byteLength(text)
    return text
  }
}
