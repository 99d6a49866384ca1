/** The body of an answer, decoded and bounded: it is cut off as soon as it passes the bound. */

import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { FetchError } from './fetch-error.ts'
import { tooLarge } from './network-failure.ts'

type Body = Dispatcher.ResponseData['body']
type Chunks = AsyncIterable<Uint8Array>

/** The encodings that we ask for; not Brotli and zstd (younger decoders, smaller bombs). */
export const ACCEPT_ENCODING = 'gzip, deflate'

/** As browsers do: takes the bytes of a stream whose last block is missing. */
const lenient = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }

/**
 * Reads a body to its end.
 *
 * @param encoding the answer's `content-encoding`; empty when it has none
 * @throws {FetchError} `FETCH_REFUSED` for an unknown encoding, `FETCH_TOO_LARGE` for more than
 *   `maxBytes` decoded bytes
 */
export async function readBody(
  body: Body,
  encoding: string,
  host: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const collect = async (chunks: Chunks): Promise<Uint8Array> => {
    const kept: Uint8Array[] = []
    let size = 0
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > maxBytes) throw tooLarge(host, maxBytes)
      kept.push(chunk)
    }
    return Buffer.concat(kept, size)
  }
  switch (encoding.trim().toLowerCase()) {
    case '':
    case 'identity':
      return await pipeline(body, collect)
    case 'gzip':
    case 'x-gzip':
      return await pipeline(body, createGunzip(lenient), collect)
    case 'deflate':
      return await pipeline(body, inflate, collect)
    default:
      discardBody(body)
      throw new FetchError(
        'FETCH_REFUSED',
        host,
        `its answer is encoded as ${JSON.stringify(encoding.slice(0, 40))}, which was not asked for`,
      )
  }
}

/** Decodes `deflate`, which servers send with the zlib header that RFC 9110 demands or without. */
async function* inflate(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]()
  const first = await source.next()
  if (first.done === true) return
  // The low half of a zlib header's first byte is 8, the method; encoders start no raw block so.
  const hasHeader = ((first.value[0] ?? 0) & 0x0f) === 0x08
  const decoder = hasHeader ? createInflate(lenient) : createInflateRaw(lenient)
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield first.value
    yield* { [Symbol.asyncIterator]: () => source }
  }
  const written = pipeline(all, decoder)
  // The reader below reports the same failure: the decoder is destroyed with it.
  written.catch(() => {})
  yield* decoder
  await written
}

/** Discards an unread body. After a short one the connection stays open for the next request. */
export function discardBody(body: Body): void {
  // The outcome of the dump does not matter.
  body.dump({ limit: 65_536 }).catch(() => {})
}
