import { Agent, type Dispatcher } from 'undici'
import type { AllowList } from './allow-list.ts'
import { guardedConnector } from './connector.ts'
import { FetchError } from './fetch-error.ts'
import type { NetworkDependencies } from './network-dependencies.ts'
import { targetOf } from './target.ts'

/** Bytes of all headers of an answer; Node's own default is half of it, which some sites exceed. */
const MAX_HEADER_BYTES = 32_768

/**
 * The dispatcher of all outbound requests of tools. Each request is checked against the allow list:
 * also that of a redirect, and one that reuses a connection. {@link guardedConnector} makes each
 * connection.
 *
 * @param maxBodyBytes bound of a body as it travels, before it is decoded
 */
export function guardedDispatcher(
  allowList: AllowList,
  deps: NetworkDependencies,
  maxBodyBytes: number,
): Dispatcher {
  const agent = new Agent({
    connect: guardedConnector(allowList, deps),
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize: maxBodyBytes,
    // The bound of the whole request covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return agent.compose(dispatch => (options, handler) => {
    admitOrigin(new URL(String(options.origin)), allowList)
    return dispatch(options, handler)
  })
}

function admitOrigin(url: URL, allowList: AllowList): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new FetchError(
      'FETCH_REFUSED',
      url.host || url.protocol,
      `${url.protocol} is not http: or https:`,
    )
  }
  allowList.admitHost(targetOf(url))
}
