/** The console in the browser: pages that the daemon renders, and forms that it takes. */

import { Hono } from 'hono'
import { errorTable, LatchdError } from '../../protocol/errors.ts'
import type { CallerShares } from '../auth/caller-shares.ts'
import type { AnswerConsole, HttpEnvironment } from '../http/dependencies.ts'
import { actorOf, incomingOf, refusedRequest } from '../http/middleware/actor.ts'
import { boundBodies } from '../http/middleware/body-bounds.ts'
import { retryAfterOf, statusOf } from '../http/problem.ts'
import { addApprovalPages } from './approvals/approval-routes.ts'
import type { ConsoleDependencies, PageContext } from './dependencies.ts'
import { addExecutionPages } from './executions/execution-routes.ts'
import { pageHeaders } from './headers.ts'
import { addMetricsPage } from './metrics/metrics-routes.ts'
import { requireOwnPage } from './own-page.ts'
import { notice, type Page, sendPage } from './page.ts'
import { editorModule, editorModulePattern } from './playground/editor-modules.ts'
import { addPlaygroundPages } from './playground/playground-routes.ts'
import { addReplayPages } from './replay/replay-routes.ts'
import { addSessionPages } from './sessions/session-routes.ts'
import { BrowserSignIns } from './sign-in/browser-sign-ins.ts'
import { readCookie } from './sign-in/cookie.ts'
import { addSignInRoutes, askToSignIn } from './sign-in/sign-in-routes.ts'
import { staticFile } from './static-files.ts'
import { addToolPages } from './tools/tool-routes.ts'

/** Puts the console together. */
export function openConsole(deps: ConsoleDependencies): AnswerConsole {
  let app: Hono<HttpEnvironment> | undefined
  return (request, env, shares) => {
    app ??= consoleApp(deps, shares)
    return app.fetch(request, env)
  }
}

/** A year: an address that has the content's hash in it never changes its content. */
const FOR_GOOD = 'private, max-age=31536000, immutable'

function consoleApp(deps: ConsoleDependencies, shares: CallerShares): Hono<HttpEnvironment> {
  const { tokens, audit, metrics, proxies, now } = deps
  const signIns = new BrowserSignIns(tokens, deps.stateDir, now, deps.signInKey)
  const app = new Hono<HttpEnvironment>()
  app.use(async (context, next) => {
    const client = proxies.clientOf(incomingOf(context))
    context.set('address', client.address)
    for (const [name, value] of Object.entries(pageHeaders)) context.header(name, value)
    requireOwnPage({
      method: context.req.method,
      host: client.host ?? context.req.header('host'),
      origin: context.req.header('origin'),
      site: context.req.header('sec-fetch-site'),
    })
    await next()
  })
  app.get('/console/static/:version/:name', context => {
    const file = staticFile(context.req.param('name'))
    if (file === undefined) return context.notFound()
    return context.body(file.body, 200, { 'content-type': file.type, 'cache-control': FOR_GOOD })
  })
  addSignInRoutes(app, deps, signIns)
  app.use(async (context, next) => {
    const cookie = tokens.size === 0 ? undefined : readCookie(context)
    const caller =
      tokens.size === 0
        ? tokens.identify(undefined)
        : cookie === undefined
          ? undefined
          : signIns.callerOf(cookie)
    if (caller === undefined) return askToSignIn(context)
    context.set('caller', caller)
    shares.admit(caller)
    if (tokens.size > 0) audit.used(caller.withdrawn, actorOf(context))
    await next()
    return undefined
  })
  app.use(boundBodies(shares))
  for (const path of ['/console/tools/*', '/console/playground/*']) {
    app.use(path, async (context, next) => {
      await deps.connections.learnServed(context.get('caller').name)
      await next()
    })
  }
  app.get(editorModulePattern, context => {
    const text = editorModule(context.req.param('name'))
    if (text === undefined) return context.notFound()
    const type = 'text/javascript; charset=utf-8'
    return context.body(text, 200, { 'content-type': type, 'cache-control': FOR_GOOD })
  })
  addExecutionPages(app, deps)
  addApprovalPages(app, deps)
  addReplayPages(app, deps)
  addPlaygroundPages(app, deps)
  addToolPages(app, deps)
  addSessionPages(app, deps)
  addMetricsPage(app, deps)
  app.notFound(context => {
    const { path } = context.req
    return refuse(context, deps, new LatchdError('NOT_FOUND', `There is no page ${path}`))
  })
  app.onError((error, context) => {
    const refusal = toRefusal(error, deps)
    if (['UNAUTHENTICATED', 'FORBIDDEN', 'TOKEN_LIMIT_EXCEEDED'].includes(refusal.code)) {
      audit.refused(refusedRequest(context, refusal.code))
    }
    metrics.onRefusal(refusal.code)
    return refuse(context, deps, refusal)
  })
  return app
}

function refuse(context: PageContext, deps: ConsoleDependencies, refusal: LatchdError): Response {
  const { title } = errorTable[refusal.code]
  const status = statusOf(refusal.code) as NonNullable<Page['status']>
  const retryAfterSeconds = retryAfterOf(refusal)
  if (retryAfterSeconds !== undefined) context.header('retry-after', String(retryAfterSeconds))
  return sendPage(
    context,
    { title, main: notice(title, refusal.message), status },
    deps.tokens.size > 0,
  )
}

function toRefusal(error: Error, { log }: ConsoleDependencies): LatchdError {
  if (error instanceof LatchdError) return error
  log.error({ err: error }, 'page failed')
  return new LatchdError('INTERNAL', 'The daemon failed to answer; its log tells why')
}
