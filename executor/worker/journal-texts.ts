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
    for (const { id, text } of journal) if (text === undefined) this.#unloaded.add(id)
  }

  /** The request for the text of a delivery. */
  request(id: number): TextRequest {
    return { kind: 'load-text', id, roomBytes: Math.max(0, PIECE_BYTES - this.#bytes) }
  }

  /** Takes a delivery when it is such a text; `false` for a new delivery. */
  receive({ id, text }: Delivery): boolean {
    if (!this.#unloaded.has(id)) return false
    if (this.#taken.has(id) || this.#come.has(id)) return true
    const come = textOfReply(text)
    this.#come.set(id, come)
    this.#bytes += Buffer.byteLength(come)
    return true
  }

  /** The text of a delivery that the guest takes; `undefined`: it has not come. */
  take(id: number): string | undefined {
    const text = this.#come.get(id)
    if (text === undefined) return undefined
    this.#come.delete(id)
    this.#taken.add(id)
    this.#bytes -= Buffer.byteLength(text)
    return text
  }
}
