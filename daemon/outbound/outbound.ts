/** Outbound HTTP of tools: one request, its redirects, and an answer within bounds. */

import { setMaxListeners } from 'node:events'
import type { Dispatcher } from 'undici'
import { type AllowList, nameOf } from './allow-list.ts'
import { guardedDispatcher } from './dispatcher.ts'
import { FetchError } from './fetch-error.ts'
import { type NetworkDependencies, systemNetwork } from './network-dependencies.ts'
import { networkFailure } from './network-failure.ts'
import { ACCEPT_ENCODING, discardBody, readBody } from './read-body.ts'
import { type Hop, isRedirect, nextHop } from './redirect.ts'
import { targetOf } from './target.ts'

/** The bounds of one request. */
export interface OutboundBounds {
  /** Milliseconds for the whole request: names, connections, redirects and body; 30 000 when absent. */
  readonly timeoutMs: number
  /** Bytes of the body, decoded as well as raw; 5 MiB when absent. */
  readonly maxBodyBytes: number
}

/** The network and the bounds; the machine's own and the defaults where absent. */
export type OutboundOptions = Partial<NetworkDependencies & OutboundBounds>

/** A request of a tool. `signal` aborts it. */
export interface OutboundRequest {
  readonly url: string
  /** In upper case. */
  readonly method: string
  /** Names in lower case. Headers of the connection itself are dropped, as fetch does. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | null
  /** Names of headers that follow no redirect to another origin, beside those of fetch. */
  readonly ownHeaders?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
}

/** An answer that is not a redirect, of any status. */
export interface OutboundAnswer {
  /** Where the last redirect led. */
  readonly url: string
  readonly status: number
  readonly statusText: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: Uint8Array
}

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_MAX_BODY_BYTES = 5 * 1024 * 1024
const MAX_REDIRECTS = 5

/** Headers that the connection or this module owns; `host` could name another site than was checked. */
const connectionHeaders = new Set(
  (
    'accept-encoding connection content-length expect host keep-alive proxy-authenticate ' +
    'proxy-authorization proxy-connection te trailer transfer-encoding upgrade'
  ).split(' '),
)

/** Statuses whose answers have no body, whatever their headers say. */
const emptyStatuses = new Set([204, 205, 304])

/** Sends requests through one guarded dispatcher. Idle connections do not keep the process alive. */
export class Outbound {
  #dispatcher: Dispatcher
  #bounds: OutboundBounds

  constructor(allowList: AllowList, options: OutboundOptions = {}) {
    this.#bounds = {
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxBodyBytes: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    }
    const deps = { ...systemNetwork, ...options }
    this.#dispatcher = guardedDispatcher(allowList, deps, this.#bounds.maxBodyBytes)
  }

  /**
   * Sends a request and follows its redirects.
   *
   * @throws {FetchError} `FETCH_REFUSED`, `FETCH_TIMEOUT`, `FETCH_TOO_LARGE`, `FETCH_FAILED`
   * @throws the reason of `request.signal` when that is aborted
   */
  async send(request: OutboundRequest): Promise<OutboundAnswer> {
    const { timeoutMs } = this.#bounds
    const timeout = AbortSignal.timeout(timeoutMs)
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout
    // Each hop listens on it; Node would take more than ten for a leak.
    setMaxListeners(0, signal)
    const hop = firstHop(request)
    try {
      signal.throwIfAborted()
      return await unlessAborted(this.#follow(hop, signal), signal)
    } catch (error) {
      if (request.signal?.aborted) throw request.signal.reason
      if (!timeout.aborted || error instanceof FetchError) throw error
      const host = nameOf(targetOf(hop.url))
      throw new FetchError('FETCH_TIMEOUT', host, `it took more than ${timeoutMs} ms`)
    }
  }

  async #follow(first: Hop, signal: AbortSignal): Promise<OutboundAnswer> {
    let hop = first
    for (let redirects = 0; ; redirects++) {
      refuseUserinfo(hop.url)
      const host = hop.url.host || hop.url.protocol
      try {
        const response = await this.#dispatch(hop, signal)
        const location = [response.headers.location].flat()[0]
        if (!isRedirect(response.statusCode, location)) return await this.#read(hop, response)
        discardBody(response.body)
        if (redirects === MAX_REDIRECTS) {
          throw new FetchError('FETCH_REFUSED', host, `more than ${MAX_REDIRECTS} redirects`)
        }
        const next = nextHop(hop, response.statusCode, location)
        if (next === undefined) {
          throw new FetchError('FETCH_REFUSED', host, 'it redirects to what is no URL')
        }
        hop = next
      } catch (error) {
        throw signal.aborted ? error : networkFailure(error, host, this.#bounds.maxBodyBytes)
      }
    }
  }

  #dispatch({ url, method, headers, body }: Hop, signal: AbortSignal) {
    return this.#dispatcher.request({
      // Not `url.origin`: that of a blob: URL is the site inside it.
      origin: `${url.protocol}//${url.host}`,
      path: url.pathname + url.search,
      method: method as Dispatcher.HttpMethod,
      headers: {
        accept: '*/*',
        'user-agent': 'latchd',
        ...headers,
        'accept-encoding': ACCEPT_ENCODING,
      },
      body,
      signal,
    })
  }

  async #read(hop: Hop, response: Dispatcher.ResponseData): Promise<OutboundAnswer> {
    const { statusCode: status, statusText, headers, body } = response
    const isEmpty = hop.method === 'HEAD' || emptyStatuses.has(status)
    const encoding = isEmpty ? '' : [headers['content-encoding'] ?? ''].flat().join(', ')
    return {
      url: hop.url.href,
      status,
      statusText,
      headers: headers as OutboundAnswer['headers'],
      body: await readBody(body, encoding, hop.url.host, this.#bounds.maxBodyBytes),
    }
  }
}

function firstHop({ url: text, method, headers, body, ownHeaders }: OutboundRequest): Hop {
  const url = URL.parse(text)
  if (url === null) {
    const shown = JSON.stringify(text.slice(0, 100))
    throw new FetchError('FETCH_REFUSED', shown, 'it is not an absolute URL')
  }
  const sent = Object.entries(headers).filter(([name]) => !connectionHeaders.has(name))
  return { url, method, headers: Object.fromEntries(sent), body, ownHeaders }
}

/** @throws {FetchError} `FETCH_REFUSED`: such URLs end in logs, and may look like another host */
function refuseUserinfo({ username, password, host }: URL): void {
  if (username === '' && password === '') return
  throw new FetchError(
    'FETCH_REFUSED',
    host,
    'its URL has a user name or password in it; send an authorization header',
  )
}

/**
 * A promise that rejects with the signal's reason as soon as that aborts: undici would connect to
 * the end.
 */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
