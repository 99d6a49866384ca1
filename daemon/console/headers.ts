/** Headers of the console's answers: what its pages may load, and where their forms go. */

/**
 * The policy of a page.
 *
 * @param styleNonce lets a script of ours add styles: those of the editor
 */
export function pagePolicy(styleNonce?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${styleNonce === undefined ? '' : ` 'nonce-${styleNonce}'`}`,
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Headers of every page, besides the policy. */
export const pageHeaders: Readonly<Record<string, string>> = {
  // Without a referrer to the daemon itself, browsers send forms with the origin `null`.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), usb=()',
}
