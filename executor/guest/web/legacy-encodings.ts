/** Encodings that the worker decodes. The guest keeps the bytes that wait for more. */

import {
  asciiToBinary,
  binaryToAscii,
  jsonParse,
  jsonStringify,
  objectFreeze,
} from '../primordials.ts'

let askWorker: (request: string) => string

/** Sets the function that sends requests to `executor/worker/services/text-decoder.ts`. */
export function setDecoder(ask: (request: string) => string): void {
  askWorker = ask
}

/** The name of the encoding of a label; `undefined` for an unknown label. */
export function legacyEncoding(label: string): string | undefined {
  return (
    (jsonParse(askWorker('["label",' + jsonStringify(label) + ']')) as string | null) ?? undefined
  )
}

/** The state between two chunks of a stream. */
export interface Rest {
  /** Bytes, one character each. */
  readonly held: string
  /** Units of their text that were given already. */
  readonly skip: number
}

/** The rest at the beginning of a stream: no bytes are held, no text was given. */
export const NO_REST: Rest = objectFreeze({ held: '', skip: 0 })

/**
 * Decodes bytes, one character each, after a rest.
 *
 * @returns `undefined` when they are malformed and `isFatal`
 */
export function decodeLegacy(
  encoding: string,
  rest: Rest,
  bytes: string,
  isFatal: boolean,
  isStream: boolean,
): (Rest & { readonly text: string }) | undefined {
  const data = binaryToAscii(rest.held + bytes)
  const options = isFatal + ',' + isStream + ',"' + data + '",' + rest.skip
  const answer = jsonParse(askWorker('["decode","' + encoding + '",' + options + ']')) as
    | (Rest & { text: string })
    | null
  if (answer === null) return undefined
  return { text: answer.text, held: asciiToBinary(answer.held), skip: answer.skip }
}
