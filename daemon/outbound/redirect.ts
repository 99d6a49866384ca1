/** Redirects as the Fetch Standard has them (https://fetch.spec.whatwg.org/#http-redirect-fetch). */

/** One request of a chain of redirects. */
export interface Hop {
  readonly url: URL
  readonly method: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
  /** Further names of headers that are for the origin of the first request alone. */
  readonly ownHeaders?: readonly string[] | undefined
}

const redirectStatuses = new Set([301, 302, 303, 307, 308])

/**
 * Headers that identify the sender; they are for the origin that they were written for. All others
 * follow a redirect to another origin, as in fetch: `x-api-key` too, since it cannot be
 * distinguished from `x-page`, unless the request names it. The operator chooses the hosts that may
 * be reached at all.
 */
const credentialHeaders = ['authorization', 'cookie', 'proxy-authorization']

/** Headers that describe a body; they go when it goes. */
const bodyHeaders = ['content-encoding', 'content-language', 'content-location', 'content-type']

/** Whether an answer with this status and `location` header leads on. */
export function isRedirect(status: number, location: string | undefined): location is string {
  return redirectStatuses.has(status) && location !== undefined
}

/** The request that a redirect asks for; `undefined` when its location is not a URL. */
export function nextHop(hop: Hop, status: number, location: string): Hop | undefined {
  const url = URL.parse(location, hop.url)
  if (url === null) return undefined
  const becomesGet =
    status === 303
      ? hop.method !== 'GET' && hop.method !== 'HEAD'
      : status < 303 && hop.method === 'POST'
  const dropped = [
    ...(url.origin === hop.url.origin ? [] : [...credentialHeaders, ...(hop.ownHeaders ?? [])]),
    ...(becomesGet ? bodyHeaders : []),
  ]
  const headers = Object.entries(hop.headers).filter(([name]) => !dropped.includes(name))
  return {
    url,
    method: becomesGet ? 'GET' : hop.method,
    headers: Object.fromEntries(headers),
    body: becomesGet ? null : hop.body,
    ownHeaders: hop.ownHeaders,
  }
}
