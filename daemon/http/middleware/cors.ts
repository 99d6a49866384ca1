/** What browsers are told about pages of the origins in `LATCHD_ORIGINS`. */

/** Seconds for which a browser need not ask again: its own bound is two hours or less. */
const MAX_AGE_SECONDS = 7200

/** Headers of every answer to a page of a named origin. */
export function corsHeaders(origin: string): Readonly<Record<string, string>> {
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers':
      'content-disposition, content-range, etag, location, retry-after, www-authenticate',
    vary: 'origin',
  }
}

/** The answer to a browser that asks whether a page may send a request. */
export function preflightAnswer(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      // Tokens travel in `authorization`: there are no cookies, and so no credentials to allow.
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers':
        'authorization, content-type, idempotency-key, last-event-id, mcp-protocol-version, mcp-session-id, range, traceparent, tracestate',
      'access-control-max-age': String(MAX_AGE_SECONDS),
    },
  })
}
