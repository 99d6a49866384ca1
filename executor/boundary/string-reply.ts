/**
 * A long string as a reply: it crosses as it is, so that nothing of it is escaped on one side to be read
 * on the other. A journal holds its text, as of any other reply.
 */

import { PLAIN } from '../../protocol/values/value-format.ts'
import { type AsciiText, MAX_UNIT_BYTES } from './ascii-text.ts'

/** On its way to a guest: the string itself in place of its text. */
export interface StringReply {
  readonly string: string | AsciiText
}

/** What a guest is answered with: a text as `protocol/values/value-format.ts` marks it, or a string. */
export type Reply = string | StringReply

/** The text of a reply. */
export function textOfReply(reply: Reply): string {
  return typeof reply === 'string' ? reply : PLAIN + JSON.stringify(`${reply.string}`)
}

/** Characters of a reply. */
export const charsOfReply = (reply: Reply): number =>
  typeof reply === 'string' ? reply.length : reply.string.length

/** Bytes that the text of a reply has at most, as UTF-8, without a look at it. */
export const mostBytesOf = (reply: string | LongString): number =>
  typeof reply === 'string' ? MAX_UNIT_BYTES * reply.length : reply.mostBytes

/** Most bytes of one character in JSON: `\u0000`. */
const MAX_ESCAPE_BYTES = 6

/** A long string on the host, where its text is made once, when it is first needed. */
export class LongString implements StringReply {
  readonly string: string
  #json: string | undefined
  #text: string | undefined

  constructor(string: string) {
    this.string = string
  }

  get text(): string {
    // Kept, since each text that is put together anew is copied when it is read.
    this.#text ??= PLAIN + this.#quoted
    return this.#text
  }

  /** Bytes of its text, as UTF-8. To count those of the text would put that together by a copy. */
  get bytes(): number {
    return PLAIN.length + Buffer.byteLength(this.#quoted)
  }

  get #quoted(): string {
    this.#json ??= JSON.stringify(this.string)
    return this.#json
  }

  /** Bytes that its text has at most, as UTF-8. */
  get mostBytes(): number {
    return PLAIN.length + MAX_ESCAPE_BYTES * this.string.length + 2
  }

  /** The beginning of its text. @param chars of the string that are in it */
  head(chars: number): string {
    return PLAIN + JSON.stringify(this.string.slice(0, chars))
  }
}
