/** Short texts of the inputs and outputs of an execution's calls, for people, without secrets. */

import { inspect } from 'node:util'
import { EXACT, PLAIN } from '../../protocol/values/value-format.ts'
import { decodeValue } from '../../protocol/values/values.ts'
import type { Redaction } from '../boundary/redaction.ts'
import type { LongString } from '../boundary/string-reply.ts'

/** Characters of one text: a screenful. */
export const MAX_CALL_TEXT = 1024
/**
 * Characters of all texts together: the texts of 100 000 calls take no more than those of fifty.
 */
export const MAX_CALL_TEXTS = 65_536
/** Longer exact values stay as they are encoded: within them a part may stand a thousand times. */
const MAX_INSPECTED = 2048
/**
 * The depth and the elements that are printed. Without them shared parts would be printed without
 * end.
 */
const INSPECTED = { depth: 1, maxArrayLength: 20, breakLength: Number.POSITIVE_INFINITY }
/** A secret that begins within the text may end so far behind it. */
const LONGEST_SECRET = 8192
const HEAD_CHARS = MAX_CALL_TEXT + LONGEST_SECRET

/** Makes the texts of one execution, as long as they may be. */
export class CallTexts {
  #left = MAX_CALL_TEXTS
  #redaction: Redaction | undefined

  constructor(redaction: Redaction | undefined) {
    this.#redaction = redaction
  }

  /** Counts the texts that are stored of earlier calls. */
  count(texts: readonly (string | undefined)[]): void {
    for (const text of texts) this.#left -= text?.length ?? 0
  }

  /** The text of an encoded value; `undefined` when there is no room for more. */
  of(encoded: string | LongString): string | undefined {
    if (this.#left <= 0) return undefined
    const head = readable(typeof encoded === 'string' ? encoded : encoded.head(HEAD_CHARS))
    const text = shortened(this.#redaction?.text(head) ?? head)
    this.#left -= text.length
    return text
  }
}

/** JSON stays as it is; exact values are inspected when they are small. */
function readable(encoded: string): string {
  const head = encoded.slice(1, HEAD_CHARS)
  if (encoded[0] === PLAIN) return head
  if (encoded[0] !== EXACT || encoded.length > MAX_INSPECTED) return head
  try {
    return inspect(decodeValue(encoded), INSPECTED)
  } catch {
    // The guest wrote it. The call itself reports the fault.
    return head
  }
}

function shortened(text: string): string {
  // One that is whole is a part of no long one.
  return text.length <= MAX_CALL_TEXT ? text : copied(`${text.slice(0, MAX_CALL_TEXT - 1)}…`)
}

/** A copy of a text: as a part of a long string it would keep all of that in memory. */
function copied(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
