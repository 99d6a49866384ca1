/** Encodings that the worker decodes; the guest keeps the bytes that wait for more. */

import { asciiToBinary, binaryToAscii, jsonParse, jsonStringify } from './primordials.ts'

let askWorker: (request: string) => string

/** Sets who answers the requests of `executor/worker/text-decoder.ts`. */
export function setDecoder(ask: (request: string) => string): void {
  askWorker = ask
}

/** The name of the encoding that a label stands for; `undefined` when there is none. */
export function legacyEncoding(label: string): string | undefined {
  return (
    (jsonParse(askWorker('["label",' + jsonStringify(label) + ']')) as string | null) ?? undefined
  )
}

/** Text, and the bytes that the next ones have to follow, one character each. */
export interface Decoded {
  readonly text: string
  readonly held: string
}

/** Decodes bytes, one character each; `undefined` when they are malformed and `isFatal`. */
export function decodeLegacy(
  encoding: string,
  bytes: string,
  isFatal: boolean,
  isStream: boolean,
): Decoded | undefined {
  const answer = jsonParse(
    askWorker(
      '["decode","' +
        encoding +
        '",' +
        isFatal +
        ',' +
        isStream +
        ',"' +
        binaryToAscii(bytes) +
        '"]',
    ),
  ) as Decoded | null
  if (answer === null) return undefined
  return { text: answer.text, held: asciiToBinary(answer.held) }
}
