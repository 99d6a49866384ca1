/** The frame of every page: its head, the ways to the other pages, and the caller that is signed in. */

import { html } from 'hono/html'
import type { KnownCaller } from '../auth/tokens.ts'
import type { PageContext } from './dependencies.ts'
import { pagePolicy } from './headers.ts'
import { staticPath } from './static-files.ts'

/** Markup that is finished: texts in it are escaped. */
export type Html = ReturnType<typeof html>

/** Nothing, where markup is expected. */
export const nothing = html``

/** The header by which a page's script asks for its regions alone. */
const UPDATE_HEADER = 'x-latchd-update'

/** Whether the page is wanted again by its own script, which looks at the regions alone. */
export const isUpdate = ({ req }: PageContext): boolean => req.header(UPDATE_HEADER) === '1'

/** One page. */
export interface Page {
  readonly title: string
  readonly main: Html
  /** The path of the section that it belongs to. */
  readonly section?: string
  /** The script of the page, beside the one of all pages. */
  readonly script?: Parameters<typeof staticPath>[0]
  /** The stream whose events make its regions stale. */
  readonly live?: string
  /** Pending approvals; absent: unknown. */
  readonly pending?: string | undefined
  /** Lets the page's scripts add styles. */
  readonly styleNonce?: string
  readonly status?: 200 | 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 500 | 503 | 507
}

/** The sections, in the order of the navigation. */
const sections = [
  ['/', 'Executions'],
  ['/console/approvals', 'Approvals'],
  ['/console/playground', 'Playground'],
  ['/console/tools', 'Tools'],
  ['/console/sessions', 'Sessions'],
  ['/console/metrics', 'Metrics'],
] as const

/** Answers with a page. @param hasTokens whether the caller could sign out */
export function sendPage(context: PageContext, page: Page, hasTokens: boolean): Response {
  const caller = context.get('caller') as KnownCaller | undefined
  context.header('content-security-policy', pagePolicy(page.styleNonce))
  context.header('vary', 'accept, cookie')
  const text = frame(page, hasTokens ? caller : undefined, caller !== undefined)
  return context.html(text as string, page.status ?? 200)
}

function frame(page: Page, person: KnownCaller | undefined, isIn: boolean): Html {
  const { title, main, script, live, styleNonce } = page
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title} · latchd</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${styleNonce === undefined ? nothing : html`<meta name="style-nonce" content="${styleNonce}">`}
<link rel="icon" href="${staticPath('icon.svg')}">
<link rel="stylesheet" href="${staticPath('console.css')}">
${isIn ? html`<script type="module" src="${staticPath('console.js')}"></script>` : nothing}
${script === undefined ? nothing : html`<script type="module" src="${staticPath(script)}"></script>`}
</head><body${live === undefined ? nothing : html` data-live="${live}"`}>
<a class="skip" href="#main">Skip to the content</a>
${isIn ? navigation(page, person) : nothing}
<main id="main" tabindex="-1">
${main}
</main>
</body></html>
`
}

function navigation({ section, pending }: Page, person: KnownCaller | undefined): Html {
  const links = sections.map(([path, name]) => {
    const current = section === path ? html` aria-current="page"` : nothing
    const count = path === '/console/approvals' ? badge(pending) : nothing
    return html`<li><a href="${path}"${current}>${name}${count}</a></li>`
  })
  return html`<header><a class="name" href="/">latchd</a>
<nav aria-label="Sections"><ul>${links}</ul></nav>
${
  person === undefined
    ? nothing
    : html`<form method="post" action="/console/sign-out"><span class="person">${person.name}</span>
<button class="plain">Sign out</button></form>`
}</header>`
}

const badge = (pending: string | undefined): Html =>
  html` <span data-region="pending">${
    pending === undefined || pending === '0'
      ? nothing
      : html`<span class="count">${pending}<span class="unseen"> pending</span></span>`
  }</span>`

/** A title with a text below it, for what cannot be shown. */
export function notice(title: string, text: string, rest: Html = nothing): Html {
  return html`<h1>${title}</h1><p>${text}</p>${rest}`
}
