/** A person's login to a server: a page in the browser, and its answer on a port of the loopback. */

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { auth } from '@modelcontextprotocol/client'
import type { OAuthFile } from './oauth-file.ts'
import { LoginProvider } from './oauth-provider.ts'
import type { OAuthSetting } from './server-setting.ts'

/** A person has so long. */
const LOGIN_MS = 10 * 60_000
const PATH = '/callback'

/** What a login is made with. */
export interface LoginOptions {
  readonly serverUrl: string
  readonly oauth: OAuthSetting
  readonly file: OAuthFile
  /** Called with the address at which the person logs in. */
  readonly onPage: (url: string) => void
  readonly signal: AbortSignal
}

/**
 * Logs in, and keeps the tokens.
 *
 * @throws {Error} with the reason in words, or the signal's reason
 */
export async function logIn({
  serverUrl,
  oauth,
  file,
  onPage,
  signal,
}: LoginOptions): Promise<void> {
  const server = createServer()
  server.listen(oauth.redirectPort ?? 0, '127.0.0.1')
  await once(server, 'listening', { signal })
  try {
    const { port } = server.address() as AddressInfo
    const state = randomBytes(16).toString('base64url')
    const redirectUrl = `http://127.0.0.1:${port}${PATH}`
    const provider = new LoginProvider(
      oauth,
      file,
      () => {},
      url => onPage(url.href),
      redirectUrl,
    )
    provider.state = () => state
    // A client that was registered before has another port in its address.
    await file.remove()
    const answer = answerOf(server, state, AbortSignal.any([signal, AbortSignal.timeout(LOGIN_MS)]))
    // The answer is awaited below; until then its failure would be unhandled.
    answer.catch(() => {})
    const scope = oauth.scope === undefined ? {} : { scope: oauth.scope }
    if ((await auth(provider, { serverUrl, ...scope })) === 'AUTHORIZED') return
    const { code, iss } = await answer
    const given = { authorizationCode: code, ...(iss !== undefined && { iss }) }
    if ((await auth(provider, { serverUrl, ...scope, ...given })) !== 'AUTHORIZED') {
      throw new Error('the server did not take the answer, and wants another login')
    }
  } finally {
    server.close().closeAllConnections()
  }
}

interface LoginAnswer {
  readonly code: string
  readonly iss: string | undefined
}

/** The first answer that belongs to this login. @throws {Error} when the person was refused */
function answerOf(
  server: ReturnType<typeof createServer>,
  state: string,
  signal: AbortSignal,
): Promise<LoginAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<LoginAnswer>()
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  server.on('request', (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const { searchParams: given } = url
    if (url.pathname !== PATH || given.get('state') !== state) {
      response.writeHead(404).end()
      return
    }
    const code = given.get('code')
    const why = given.get('error_description') ?? given.get('error') ?? 'there is no code'
    response.writeHead(code === null ? 400 : 200, { 'content-type': 'text/plain; charset=utf-8' })
    response.end(code === null ? 'latchd was refused.' : 'latchd is logged in. Close this page.')
    if (code === null) reject(new Error(`the login was refused: ${why}`))
    else resolve({ code, iss: given.get('iss') ?? undefined })
  })
  return promise
}
