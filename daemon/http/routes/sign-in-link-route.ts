/** The route that makes a link by which a browser is signed in. */

import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { LINK_MS } from '../../auth/sign-in-links.ts'
import { callerRoute } from '../caller-route.ts'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'
import { refuseFields } from '../middleware/json-bodies.ts'
import { json, problems } from '../responses.ts'

const SignInLink = z
  .strictObject({
    path: z.string().describe('Opened in a browser, it signs in as the caller, once'),
    expiresInMs: z.int().describe('How long it waits for that'),
  })
  .meta({ id: 'SignInLink' })

const linkRoute = callerRoute('read', {
  method: 'post',
  path: '/v1/sign-in-links',
  operationId: 'createSignInLink',
  summary: 'Make a link that signs a browser in to the console as the caller, once',
  responses: { 201: json(SignInLink, 'The link'), ...problems(400, 413, 415) },
})

/** Adds `POST /v1/sign-in-links`. On a daemon without tokens the link is that of the console. */
export function addSignInLinkRoute(
  app: OpenAPIHono<HttpEnvironment>,
  { signInLinks, tokens }: Pick<RouteDependencies, 'signInLinks' | 'tokens'>,
): void {
  app.openapi(linkRoute, async context => {
    await refuseFields(context.req)
    const caller = context.get('caller')
    const path = tokens.size === 0 ? '/' : `/console/open/${signInLinks.add(caller)}`
    return context.json({ path, expiresInMs: LINK_MS }, 201)
  })
}
