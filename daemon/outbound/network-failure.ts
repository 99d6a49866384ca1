/** Failures of the network, in words for guests: Node's own messages name addresses and paths. */

import { FetchError } from './fetch-error.ts'

/** By the code of Node's or undici's error. */
const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name cannot be resolved at the moment',
  ENODATA: 'its name has no address',
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  EHOSTUNREACH: 'it cannot be reached',
  ENETUNREACH: 'it cannot be reached',
  EADDRNOTAVAIL: 'it cannot be reached',
  ETIMEDOUT: 'it does not take the connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'it does not take the connection in time',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of its answer are too large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'its answer ended early',
  ERR_STREAM_PREMATURE_CLOSE: 'its answer ended early',
  Z_DATA_ERROR: 'the compressed body of its answer is damaged',
  Z_BUF_ERROR: 'the compressed body of its answer is damaged',
}

/**
 * An error of Node or undici as guests may see it.
 *
 * @param host as messages name it
 * @param maxBodyBytes the bound that undici held the raw body against
 */
export function networkFailure(error: unknown, host: string, maxBodyBytes: number): FetchError {
  if (error instanceof FetchError) return error
  const { code, message, name } = error as { code?: unknown; message?: unknown; name?: unknown }
  const cause = { cause: error }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return tooLarge(host, maxBodyBytes)
  // undici refuses header names and values before it sends anything, and names the header.
  if (code === 'UND_ERR_INVALID_ARG')
    return new FetchError('FETCH_REFUSED', host, String(message), cause)
  const why = name === 'HTTPParserError' ? 'its answer is not HTTP' : reasonOf(code)
  return new FetchError('FETCH_FAILED', host, why, cause)
}

function reasonOf(code: unknown): string {
  if (typeof code !== 'string') return 'the request failed'
  const known = reasons[code]
  if (known !== undefined) return known
  if (/CERT|TLS|SSL/.test(code)) return `its certificate or TLS is not acceptable (${code})`
  return `the request failed (${code})`
}

/** The error for a body that passed the bound. */
export function tooLarge(host: string, maxBodyBytes: number): FetchError {
  return new FetchError(
    'FETCH_TOO_LARGE',
    host,
    `the body of its answer is larger than the limit of ${maxBodyBytes} bytes`,
  )
}
