/** The console in the browser: its pages are below one path, and the list of executions is at `/`. */

import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { CallerShares } from '../../auth/caller-shares.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { wantsHtml } from './welcome-route.ts'

/** Adds the console, when there is one. Other clients than browsers get the welcome at `/`. */
export function addConsoleRoutes(
  app: OpenAPIHono<HttpEnvironment>,
  { answerConsole }: Pick<RouteDependencies, 'answerConsole'>,
  shares: CallerShares,
): void {
  if (answerConsole === undefined) return
  const answer = ({ req, env }: Context<HttpEnvironment>) =>
    answerConsole(req.raw, env as object, shares)
  app.all('/console/*', answer)
  app.get('/', async (context, next) => {
    if (wantsHtml(context.req.header('accept'))) return await answer(context)
    await next()
    return undefined
  })
}
