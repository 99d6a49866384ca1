import type { OutboundRequest } from '../outbound/outbound.ts'

/** A guest's options of a request. */
export interface FetchRequestOptions {
  /** `GET` when absent; in any case. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | number>>
  /** Text or bytes are sent as they are, any other value as JSON. */
  readonly body?: unknown
}

/** CONNECT and TRACE are not among them, as in fetch. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * Writes the request of a guest.
 *
 * @throws {TypeError} for an unknown method, and for a body where none is allowed
 */
export function writeRequest(url: string, options: FetchRequestOptions): OutboundRequest {
  const { body, headers = {} } = options
  const method = (options.method ?? 'GET').toUpperCase()
  if (!methods.includes(method)) {
    const shown = JSON.stringify(options.method?.slice(0, 20))
    throw new TypeError(`Cannot fetch with the method ${shown}: ${methods.join(', ')} are allowed`)
  }
  const hasBody = body !== undefined && body !== null
  if (hasBody && (method === 'GET' || method === 'HEAD')) {
    throw new TypeError(`Cannot send a body with ${method}: set options.method, for example 'POST'`)
  }
  const written = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), `${value}`])
  const given = Object.fromEntries(written) as Record<string, string>
  if (!hasBody) return { url, method, headers: given, body: null }
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
    return { url, method, headers: given, body: bytesOf(body) }
  }
  const isText = typeof body === 'string'
  const type = isText ? 'text/plain;charset=UTF-8' : 'application/json'
  return {
    url,
    method,
    headers: { 'content-type': type, ...given },
    body: isText ? body : JSON.stringify(body),
  }
}

function bytesOf(body: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (body instanceof ArrayBuffer) return new Uint8Array(body)
  return new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
}
