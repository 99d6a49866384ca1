/**
 * The messages of PostgreSQL's protocol in a stream of bytes, as far as they show where a statement
 * begins and where its answer ends: https://www.postgresql.org/docs/15/protocol-message-formats.html
 */

/** One message. */
export interface PostgresMessage {
  /** Its letter; empty of the first message of a connection, which has none. */
  readonly type: string
  /** All of it. */
  readonly bytes: Buffer
}

/** Bytes of a length; a letter stands before it in all messages but the first. */
const LENGTH_BYTES = 4

/** Puts messages together from what arrives. */
export class PostgresMessages {
  #held: Buffer = Buffer.alloc(0)
  #isFirst: boolean

  /** @param isFromClient whether its first message is the one without a letter */
  constructor(isFromClient: boolean) {
    this.#isFirst = isFromClient
  }

  /** The messages that are whole with these bytes. */
  add(bytes: Buffer): PostgresMessage[] {
    this.#held = Buffer.concat([this.#held, bytes])
    const messages: PostgresMessage[] = []
    for (;;) {
      const letters = this.#isFirst ? 0 : 1
      if (this.#held.length < letters + LENGTH_BYTES) return messages
      const end = letters + this.#held.readUInt32BE(letters)
      if (this.#held.length < end) return messages
      const type = this.#held.toString('latin1', 0, letters)
      messages.push({ type, bytes: this.#held.subarray(0, end) })
      this.#held = this.#held.subarray(end)
      this.#isFirst = false
    }
  }
}

/** The text of a statement in a message that has one: of a simple query, or of one that is prepared. */
export function statementIn({ type, bytes }: PostgresMessage): string | undefined {
  const from = 1 + LENGTH_BYTES
  if (type === 'Q') return bytes.toString('utf8', from, bytes.length - 1)
  if (type !== 'P') return undefined
  // Behind the name that it is prepared under.
  const begin = bytes.indexOf(0, from) + 1
  return bytes.toString('utf8', begin, bytes.indexOf(0, begin))
}

/** The name that a statement is prepared under, or that is carried out. */
export function nameIn({ type, bytes }: PostgresMessage): string | undefined {
  const from = 1 + LENGTH_BYTES
  const nameAt = type === 'P' ? from : type === 'B' ? bytes.indexOf(0, from) + 1 : undefined
  if (nameAt === undefined) return undefined
  return bytes.toString('utf8', nameAt, bytes.indexOf(0, nameAt))
}

/** A message by which a server tells of an error. @param fields by their letters */
export function errorMessage(fields: Readonly<Record<string, string>>): Buffer {
  const texts = Object.entries(fields).map(([letter, text]) => `${letter}${text}\0`)
  const body = Buffer.from(`${texts.join('')}\0`)
  const head = Buffer.from('E\0\0\0\0')
  head.writeUInt32BE(LENGTH_BYTES + body.length, 1)
  return Buffer.concat([head, body])
}
