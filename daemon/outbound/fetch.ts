import type { Outbound } from './outbound.ts'

/**
 * {@link Outbound} in the form of `fetch`, for libraries that take one. Bodies are texts or bytes;
 * a response is returned when it is complete.
 */
export function outboundFetch(outbound: Outbound): typeof fetch {
  return async (input, init) => {
    const { url, method, headers, signal } = new Request(input, init)
    const answer = await outbound.send({
      url,
      method,
      headers: Object.fromEntries(headers),
      body: (init?.body as string | Uint8Array | null | undefined) ?? null,
      signal,
    })
    const isEmpty = answer.body.length === 0
    const response = new Response(isEmpty ? null : Buffer.from(answer.body), {
      status: answer.status,
      statusText: answer.statusText,
    })
    for (const [name, values] of Object.entries(answer.headers)) {
      // The body is decoded: a reader would decode or count it once more.
      if (name === 'content-encoding' || name === 'content-length') continue
      for (const value of [values].flat()) response.headers.append(name, value)
    }
    return response
  }
}
