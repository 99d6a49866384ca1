/** The CORS headers for pages of the origins in `LATCHD_ORIGINS`. */

/** Seconds that a browser may reuse the answer; browsers allow two hours or less. */
const MAX_AGE_SECONDS = 7200

/** Headers of every answer to a page of a named origin. */
export function corsHeaders(origin: string): Readonly<Record<string, string>> {
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers':
      'content-disposition, content-range, etag, location, mcp-protocol-version, mcp-session-id, retry-after, www-authenticate',
    vary: 'origin',
  }
}

/** The answer to a preflight request of a browser. */
export function preflightAnswer(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      // Tokens travel in `authorization`: there are no cookies, and so no credentials to allow.
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers':
        'authorization, content-type, idempotency-key, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, prefer, range, traceparent, tracestate',
      'access-control-max-age': String(MAX_AGE_SECONDS),
    },
  })
}
