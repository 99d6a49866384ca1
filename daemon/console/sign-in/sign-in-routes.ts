/** The routes by which browsers are signed in and out. */

import type { Hono } from 'hono'
import { LatchdError } from '../../../protocol/errors.ts'
import type { KnownCaller } from '../../auth/tokens.ts'
import type { HttpEnvironment } from '../../http/dependencies.ts'
import { actorOf, refusedRequest } from '../../http/middleware/actor.ts'
import type { ConsoleDependencies, PageContext } from '../dependencies.ts'
import { fieldText, nextPath, readForm } from '../form.ts'
import { pagePolicy } from '../headers.ts'
import { isUpdate, notice, sendPage } from '../page.ts'
import type { BrowserSignIns } from './browser-sign-ins.ts'
import { readCookie, removeCookie, writeCookie } from './cookie.ts'
import { comeBackPage, signInPage } from './sign-in-page.ts'

/** A token and a path; nothing longer is read for a browser that has not signed in. */
const MAX_FORM_BYTES = 8192

/** Adds sign-in by a token and by a link, and sign-out. */
export function addSignInRoutes(
  app: Hono<HttpEnvironment>,
  deps: ConsoleDependencies,
  signIns: BrowserSignIns,
): void {
  const { tokens, audit, signInLinks } = deps
  const letIn = (context: PageContext, caller: KnownCaller, next: string): Response => {
    const cookie = signIns.signIn(caller)
    if (cookie !== undefined) writeCookie(context, cookie)
    context.set('caller', caller)
    audit.record({ event: 'browser-signed-in', ...actorOf(context) })
    return context.redirect(next, 303)
  }

  app.get('/console/sign-in', context => {
    const next = nextPath(context.req.query('next'))
    if (tokens.size === 0) return context.redirect(next, 303)
    return sendPage(context, { title: 'Sign in', main: signInPage(next) }, true)
  })

  app.post('/console/sign-in', async context => {
    requireShort(context)
    const form = await readForm(context)
    const next = nextPath(form.get('next'))
    if (tokens.size === 0) return context.redirect(next, 303)
    try {
      return letIn(context, tokens.identify(`Bearer ${fieldText(form, 'token').trim()}`), next)
    } catch (error) {
      if (!(error instanceof LatchdError && error.code === 'UNAUTHENTICATED')) throw error
      audit.refused(refusedRequest(context, error.code))
      const main = signInPage(next, 'This token is not known here.')
      return sendPage(context, { title: 'Sign in', main, status: 401 }, true)
    }
  })

  app.get('/console/open/:secret', context => {
    const { req } = context
    // A browser that guesses where a person goes next must not use the link up.
    const isGuess = req.header('sec-purpose')?.includes('prefetch') === true
    const caller = isGuess ? undefined : signInLinks.take(req.param('secret'))
    if (caller !== undefined) return letIn(context, caller, '/')
    audit.refused({ ...refusedRequest(context, 'UNAUTHENTICATED'), path: '/console/open' })
    const main = notice(
      'This link has ended',
      'A link signs in once, within two minutes: latchd open',
    )
    return sendPage(context, { title: 'Link ended', main, status: 401 }, true)
  })

  app.post('/console/sign-out', context => {
    const cookie = readCookie(context)
    if (cookie !== undefined) signIns.signOut(cookie)
    removeCookie(context)
    return context.redirect('/console/sign-in', 303)
  })
}

/** Sends a browser without a known cookie to the sign-in. */
export function askToSignIn(context: PageContext): Response {
  const { method, url } = context.req
  const isStream = context.req.header('accept')?.includes('text/event-stream') === true
  const isPage = method === 'GET' && !isStream && !isUpdate(context)
  if (isPage && context.req.header('sec-fetch-site') === 'cross-site') {
    context.header('content-security-policy', pagePolicy())
    return context.html(comeBackPage() as string)
  }
  if (!isPage) {
    throw new LatchdError('UNAUTHENTICATED', 'Sign in again: the token or the time has ended')
  }
  const { pathname, search } = new URL(url)
  const next = nextPath(pathname + search)
  const query = next === '/' ? '' : `?next=${encodeURIComponent(next)}`
  return context.redirect(`/console/sign-in${query}`, 303)
}

function requireShort({ req }: PageContext): void {
  const length = Number(req.header('content-length') ?? Number.POSITIVE_INFINITY)
  if (length <= MAX_FORM_BYTES) return
  throw new LatchdError(
    'PAYLOAD_TOO_LARGE',
    `Cannot read the form: more than ${MAX_FORM_BYTES} bytes`,
  )
}
