/** Sends the texts of their journals to guests that are recreated, on request. */

import type { GuestLink } from '../boundary/guest-pool.ts'
import type { TextRequest } from '../boundary/messages.ts'
import type { ExecutionFiles } from '../files/execution-files.ts'
import { wholeText } from './file-calls.ts'
import type { Journal } from './journal.ts'

/** Reads the texts of deliveries from the store of their execution, in the order of the numbers. */
export type ReadTexts = (callNumbers: readonly number[]) => Promise<readonly string[]>

/**
 * Delivers a piece of a journal, from memory and from the store.
 *
 * @param readTexts absent when no store holds the execution: then all texts are in memory
 * @param files of the execution, from which the bytes come that the program has read
 * @param run the guest that receives the texts; `undefined` once it has ended
 */
export async function deliverTexts(
  journal: Journal,
  { callNumber, roomBytes }: TextRequest,
  readTexts: ReadTexts | undefined,
  files: ExecutionFiles | undefined,
  run: () => GuestLink | undefined,
): Promise<void> {
  const piece = journal.piece(callNumber, roomBytes)
  const stored = piece
    .filter(({ text }) => typeof text !== 'string')
    .map(({ callNumber }) => callNumber)
  const read = stored.length === 0 ? [] : await readTexts?.(stored)
  const texts = new Map(stored.map((callNumber, i) => [callNumber, read?.[i]]))
  for (const { callNumber, text: kept, atMs } of piece) {
    const whole = typeof kept === 'string' ? kept : texts.get(callNumber)
    if (whole === undefined) throw new Error(`The text of delivery ${callNumber} is not there`)
    const text = await wholeText(whole, files)
    run()?.deliver({ callNumber, text, atMs })
  }
}
