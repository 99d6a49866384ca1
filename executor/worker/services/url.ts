/**
 * Answers a guest's questions to the URL parser (the requests of executor/guest/web/url.ts) with
 * the one of this thread. The text comes from a hostile program: nothing throws, sizes are bounded.
 */

/** One request; escapes can make the answer nine times as long, twice over. */
const MAX_REQUEST_CHARS = 1_048_576

/** What a program may set; all else it parses. */
const SETTABLE: ReadonlySet<unknown> = new Set([
  ...['protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'],
])

/**
 * Answers one request.
 *
 * @returns `{"ok":components}`, or `{"error":{"name","message"}}`
 */
export function answerURL(request: string): string {
  if (request.length > MAX_REQUEST_CHARS) {
    const message = `Cannot parse URL: ${request.length} characters, limit ${MAX_REQUEST_CHARS}`
    return JSON.stringify({ error: { name: 'RangeError', message } })
  }
  try {
    return JSON.stringify({ ok: componentsOf(perform(JSON.parse(request))) })
  } catch {
    // Only an invalid URL comes here.
    return '{"error":{"name":"TypeError","message":"Invalid URL"}}'
  }
}

function perform([operation, text, ...rest]: readonly string[]): URL {
  if (operation === 'parse') return new URL(text as string, rest[0])
  const url = new URL(text as string)
  const [name, value] = rest
  if (operation === 'set' && SETTABLE.has(name)) url[name as 'hash'] = value as string
  return url
}

function componentsOf(url: URL) {
  const { href, origin, protocol, username, password, host, hostname } = url
  const { port, pathname, search, hash } = url
  return {
    ...{ href, origin, protocol, username, password, host, hostname, port },
    ...{ pathname, search, hash },
  }
}
