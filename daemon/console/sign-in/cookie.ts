/** The cookie of a signed-in browser. */

import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { PageContext } from '../dependencies.ts'
import { SIGNED_IN_MS } from './browser-sign-ins.ts'

const MS_PER_SECOND = 1000

/** Browsers share cookies between the ports of a host, and so between its daemons. */
function nameOf({ req }: PageContext): string {
  const port = /:(\d+)$/.exec(req.header('host') ?? '')?.[1]
  return port === undefined ? 'latchd_console' : `latchd_console_${port}`
}

/** Only TLS has secure cookies; the page's origin says whether there is TLS, also behind a proxy. */
const isSecure = ({ req }: PageContext) => req.header('origin')?.startsWith('https:') === true

/** The cookie's value; absent when the browser sent none. */
export const readCookie = (context: PageContext): string | undefined =>
  getCookie(context, nameOf(context))

/** Has the browser keep the cookie, out of reach of scripts and of other sites. */
export function writeCookie(context: PageContext, value: string): void {
  setCookie(context, nameOf(context), value, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    maxAge: SIGNED_IN_MS / MS_PER_SECOND,
    secure: isSecure(context),
  })
}

/** Has the browser forget the cookie. */
export function removeCookie(context: PageContext): void {
  deleteCookie(context, nameOf(context), { path: '/', secure: isSecure(context) })
}
