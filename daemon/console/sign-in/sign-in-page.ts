/** The page on which a person shows a token. */

import { html } from 'hono/html'
import { type Html, nothing } from '../page.ts'

/** @param next the path to go to afterwards @param fault why the last attempt failed */
export function signInPage(next: string, fault?: string): Html {
  return html`<div class="card"><h1>Sign in to latchd</h1>
<p>Show a token of this daemon. <code>latchd open</code> signs you in without typing one.</p>
${fault === undefined ? nothing : html`<p class="fault" role="alert" id="fault">${fault}</p>`}
<form method="post" action="/console/sign-in">
<input type="hidden" name="next" value="${next}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus
${fault === undefined ? nothing : html` aria-invalid="true" aria-describedby="fault"`}>
<button>Sign in</button>
</form></div>`
}

/**
 * Comes back by itself. A browser that another site led here keeps the cookie to itself; it sends
 * the cookie when this page asks.
 */
export function comeBackPage(): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>latchd</title>
<meta http-equiv="refresh" content="0"></head><body><p><a href="">Go on</a></p></body></html>`
}
