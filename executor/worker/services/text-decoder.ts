/**
 * Answers what a guest asks of this thread's `TextDecoder`: the encodings that the guest has no
 * decoder of its own for (`executor/guest/web/legacy-encodings.ts`). The text comes from a hostile
 * program: nothing throws, sizes are bounded.
 */

/** One request: 24 MiB in base64, which take half a second at most. */
const MAX_REQUEST_CHARS = 33_554_432 + 256

/** Bytes at the end that may wait for more, in the encoding that lets most of them wait. */
const MAX_HELD = 3

/**
 * Answers `["label",label]` with the encoding's name. Answers
 * `["decode",name,isFatal,isStream,base64,skip]` with the text after its first `skip` units, and
 * with the bytes that have to come before the next ones.
 *
 * @returns JSON: a name, `{"text","held","skip"}` with `held` in base64, or `null` when the request
 *   is unknown, malformed or too long
 */
export function answerDecoder(request: string): string {
  if (request.length > MAX_REQUEST_CHARS) return 'null'
  try {
    const [operation, label, isFatal, isStream, base64, skip] = JSON.parse(request)
    if (operation === 'label') return JSON.stringify(new TextDecoder(label).encoding)
    const bytes = Buffer.from(base64, 'base64')
    const text = decode(label, bytes, { fatal: isFatal, stream: isStream }).slice(skip)
    const rest = isStream ? restOf(label, bytes) : { held: Buffer.alloc(0), skip: 0 }
    return JSON.stringify({ text, held: rest.held.toString('base64'), skip: rest.skip })
  } catch {
    // An encoding that is not there, or bytes that it does not have: the guest throws its own
    // error.
    return 'null'
  }
}

interface Options {
  readonly fatal?: boolean
  readonly stream?: boolean
}

function decode(label: string, bytes: Uint8Array, { fatal = false, stream = false }: Options) {
  return new TextDecoder(label, { fatal, ignoreBOM: true }).decode(bytes, { stream })
}

/** The end of the last piece, which the next piece has to follow. */
interface Rest {
  readonly held: Buffer
  /** How many UTF-16 units at its beginning the program has been given already. */
  readonly skip: number
}

function restOf(label: string, bytes: Buffer): Rest {
  const whole = decode(label, bytes, { stream: true })
  let count = 0
  while (count < MAX_HELD && decode(label, bytes.subarray(0, bytes.length - count), {}) !== whole)
    count++
  const end = bytes.length - count
  const unfinished = bytes.subarray(end)
  if (label !== 'iso-2022-jp') return { held: unfinished, skip: 0 }
  const shift = [...bytes.toString('latin1').matchAll(SHIFTS)].at(-1)
  if (shift === undefined) return { held: unfinished, skip: 0 }
  // A character after it: two shifts in a row are malformed.
  const [sequence] = shift
  const from = Math.max(shift.index + sequence.length, end - (sequence[1] === '$' ? 2 : 1))
  const held = Buffer.concat([Buffer.from(sequence, 'latin1'), bytes.subarray(from)])
  return { held, skip: decode(label, held, { stream: true }).length }
}

const ESCAPE = String.fromCharCode(0x1b)
/**
 * Escape sequences that change what the bytes after them mean:
 * https://encoding.spec.whatwg.org/#iso-2022-jp.
 */
const SHIFTS = new RegExp(`${ESCAPE}(?:\\([BJI]|\\$[@B])`, 'g')
