/**
 * `GET /`: an introduction and the next steps on one screen, for a person who has found the port.
 */

import type { OpenAPIHono } from '@hono/zod-openapi'
import { html } from 'hono/html'
import type { HttpEnvironment, RouteDependencies } from '../dependencies.ts'

/** Paths to visit, with descriptions; none depends on the caller. */
const places = [
  ['/openapi.json', 'the whole API, as OpenAPI 3.1'],
  ['/healthz', 'whether the daemon lives'],
  ['/readyz', 'whether it takes programs'],
  ['/v1/info', 'versions and load'],
  ['/v1/tools?format=typescript', 'what programs may call'],
  ['/v1/executions', 'what was run'],
  ['/metrics', 'metrics for Prometheus'],
] as const

const INTRODUCTION =
  'This is latchd. It runs programs that language models write; every asynchronous tool reads as a plain function.'

/** Adds `GET /`: HTML for clients that accept it by name, text for all others. */
export function addWelcomeRoute(
  app: OpenAPIHono<HttpEnvironment>,
  { tokens }: Pick<RouteDependencies, 'tokens'>,
): void {
  app.get('/', context => {
    const origin = new URL(context.req.url).origin
    const needsToken = tokens.size > 0
    context.header('vary', 'accept')
    return wantsHtml(context.req.header('accept'))
      ? context.html(welcomePage(origin, needsToken))
      : context.text(welcomeText(origin, needsToken))
  })
}

/** Browsers accept HTML by name; curl and other clients accept anything. */
export function wantsHtml(accept = ''): boolean {
  return accept.split(',').some(type => /^\s*text\/html\s*(;|$)/i.test(type))
}

function firstSteps(origin: string, needsToken: boolean): string[] {
  const authorization = needsToken ? ` -H "authorization: Bearer $LATCHD_TOKEN"` : ''
  return [
    `curl -s ${origin}/execute${authorization} -H 'content-type: application/json' -d '{"code": "[1, 2, 3].map(n => n * 14)"}'`,
    `latchd run --url ${origin} program.js`,
    `latchd ps --url ${origin}`,
  ]
}

const TOKEN_NOTE = 'It asks for a bearer token: Authorization: Bearer … or LATCHD_TOKEN.'

function welcomeText(origin: string, needsToken: boolean): string {
  const width = Math.max(...places.map(([path]) => path.length))
  return [
    INTRODUCTION,
    ...(needsToken ? [TOKEN_NOTE] : []),
    '',
    'Run a program:',
    ...firstSteps(origin, needsToken).map(line => `  ${line}`),
    '',
    'Look around:',
    ...places.map(([path, what]) => `  ${path.padEnd(width)}  ${what}`),
    '',
  ].join('\n')
}

function welcomePage(origin: string, needsToken: boolean) {
  const rows = places.map(
    ([path, what]) => html`<li><a href="${path}"><code>${path}</code></a> ${what}</li>\n`,
  )
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>latchd</title></head><body>
<h1>latchd</h1>
<p>${INTRODUCTION}${needsToken ? ` ${TOKEN_NOTE}` : ''}</p>
<h2>Run a program</h2>
<pre>${firstSteps(origin, needsToken).join('\n')}</pre>
<h2>Look around</h2>
<ul>
${rows}</ul>
</body></html>
`
}
